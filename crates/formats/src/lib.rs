//! Prova formats.
