//! The way from bytes to a summary: look at the head, stream the document, hand out its parts.

mod collector;
mod error;
mod reading;
mod sink;
mod sniff;
mod stream;
#[cfg(test)]
mod tests;
mod top;

pub(crate) use self::reading::{DocumentReader, Each, Elements};
pub use self::{
    collector::read,
    error::{Location, ReadBomError, Recognised},
    sink::Sink,
    stream::read_each,
};
