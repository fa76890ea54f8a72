//! Whoever takes the parts of a document.

use std::ops::ControlFlow;

use crate::bom::{Component, Relationship, Unknown, Vulnerability};

/// Takes the parts of a document while it is being read.
///
/// What a sink is given is provisional until [`read_each`](super::read_each) returns: a document can turn out to be refused at its last
/// byte. A nested component comes before the one around it; [`Component::index`] has the order of the document.
/// Answering [`ControlFlow::Break`] ends the reading with [`ReadBomError::Stopped`](super::ReadBomError::Stopped).
pub trait Sink {
    /// A component, service, package, file or snippet.
    fn component(&mut self, component: Component) -> ControlFlow<()>;

    /// A relationship; nesting of components that have references is reported as one too.
    fn relationship(&mut self, relationship: Relationship) -> ControlFlow<()> {
        drop(relationship);
        ControlFlow::Continue(())
    }

    /// A gap.
    fn unknown(&mut self, unknown: Unknown) -> ControlFlow<()> {
        drop(unknown);
        ControlFlow::Continue(())
    }

    /// A vulnerability statement.
    fn vulnerability(&mut self, vulnerability: Vulnerability) -> ControlFlow<()> {
        drop(vulnerability);
        ControlFlow::Continue(())
    }
}
