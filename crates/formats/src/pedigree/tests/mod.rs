//! What documents say, and at which stage.

mod documents;
mod scene;
mod stages;
