//! What people and programs look at: lives, states, materials, sentences.

pub mod component_state;
pub mod sentence;
pub mod timeline;
pub mod trace;
