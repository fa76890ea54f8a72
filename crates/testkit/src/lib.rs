//! Prova testkit.
