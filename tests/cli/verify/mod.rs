//! `prova verify`.

mod damage;
mod readers;
mod verdicts;
