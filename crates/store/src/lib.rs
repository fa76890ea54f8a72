//! Prova store.
