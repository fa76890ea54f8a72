//! Components and services, which nest: each is read without what is nested in it, which is streamed.

use serde::de::{self, MapAccess, SeqAccess};

use super::component;
use crate::{
    bom::{ComponentIndex, ComponentRole, ElementRef, RelationKind, Relationship, Target},
    json::{
        context::{Context, Refused},
        fields::Fields,
        node::{self, Node},
        shape::{Keys, Shape, Shaped, read_at},
    },
    read::DocumentReader,
    warning::Step,
};

/// Which of the two nesting elements.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Component,
    Service,
}

impl Flavour {
    /// The member in which elements of this flavour nest.
    const fn nesting(self) -> &'static str {
        match self {
            Self::Component => "components",
            Self::Service => "services",
        }
    }

    /// Members that are passed over.
    const fn without(self) -> &'static [&'static str] {
        match self {
            Self::Component => &[
                "evidence",
                "releaseNotes",
                "modelCard",
                "data",
                "signature",
                "patentAssertions",
            ],
            Self::Service => &["releaseNotes", "signature", "patentAssertions", "data"],
        }
    }
}

/// A list of components or services. Its output is the references of those directly in it, if it is nested itself.
pub(super) struct List<'r, 's> {
    reading: &'r mut DocumentReader<'s>,
    flavour: Flavour,
    role: ComponentRole,
    parent: Option<ComponentIndex>,
}

impl<'r, 's> List<'r, 's> {
    pub(super) fn new(
        reading: &'r mut DocumentReader<'s>,
        flavour: Flavour,
        role: ComponentRole,
        parent: Option<ComponentIndex>,
    ) -> Self {
        Self {
            reading,
            flavour,
            role,
            parent,
        }
    }
}

impl<'de> Shape<'de> for List<'_, '_> {
    type Output = Vec<ElementRef>;

    fn context(&mut self) -> &mut Context {
        &mut self.reading.context
    }

    fn scalar<E: de::Error>(&mut self, scalar: Node) -> Result<Self::Output, E> {
        self.reading.context.warn(scalar.describe(), "a list");
        Ok(Vec::new())
    }

    fn list<A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<Self::Output, A::Error> {
        let mut references = Vec::new();
        let mut index = 0_usize;
        loop {
            self.reading.context.enter(Step::Index(index));
            let one = One {
                reading: self.reading,
                flavour: self.flavour,
                role: self.role,
                parent: self.parent,
            };
            let Some(reference) = list.next_element_seed(Shaped(one))? else {
                self.reading.context.leave();
                return Ok(references);
            };
            // Nobody contains those of the topmost list, and there can be many.
            references.extend(reference.filter(|_| self.parent.is_some()));
            self.reading.context.leave();
            index = index.saturating_add(1);
        }
    }

    fn object<A: MapAccess<'de>>(&mut self, object: A) -> Result<Self::Output, A::Error> {
        self.reading.context.warn("an object", "a list");
        let mut one = One {
            reading: self.reading,
            flavour: self.flavour,
            role: self.role,
            parent: self.parent,
        };
        Ok(one.object(object)?.into_iter().collect())
    }
}

/// A component or service. Its output is its reference.
pub(super) struct One<'r, 's> {
    pub(super) reading: &'r mut DocumentReader<'s>,
    pub(super) flavour: Flavour,
    pub(super) role: ComponentRole,
    pub(super) parent: Option<ComponentIndex>,
}

impl<'de> Shape<'de> for One<'_, '_> {
    type Output = Option<ElementRef>;

    fn context(&mut self) -> &mut Context {
        &mut self.reading.context
    }

    fn scalar<E: de::Error>(&mut self, scalar: Node) -> Result<Self::Output, E> {
        self.reading.context.warn(scalar.describe(), "an object");
        Ok(None)
    }

    fn list<A: SeqAccess<'de>>(&mut self, list: A) -> Result<Self::Output, A::Error> {
        self.reading.context.warn("a list", "an object");
        node::Skip {
            context: &mut self.reading.context,
        }
        .list(list)?;
        Ok(None)
    }

    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<Self::Output, A::Error> {
        let reading = &mut *self.reading;
        let index = reading
            .begin_component()
            .map_err(super::super::json::context::Refused::into_error::<A::Error>)?;
        let balance = reading.context.balance();
        let mut members = Vec::new();
        let mut parts = Vec::new();
        let mut keys = Keys::default();
        while let Some(key) = keys.next(&mut reading.context, &mut object)? {
            if key == self.flavour.nesting() {
                let list = List::new(reading, self.flavour, self.role, Some(index));
                parts = read_at(&mut object, self.flavour.nesting(), list)?;
            } else if self.flavour.without().contains(&key.as_str()) {
                node::skip(&mut reading.context, &key, &mut object)?;
            } else {
                reading
                    .context
                    .spend(key.len())
                    .map_err(Refused::into_error::<A::Error>)?;
                let value = node::member(&mut reading.context, &key, &mut object)?;
                members.push((key, value));
            }
        }
        let fields = Fields::new(members);
        let mut component = match self.flavour {
            Flavour::Component => component::component(reading, fields, index),
            Flavour::Service => component::service(reading, fields, index),
        };
        component.role = self.role;
        component.parent = self.parent;
        let reference = component.reference.clone();
        if let Some(whole) = &reference {
            for part in parts {
                reading.relate(Relationship {
                    from: whole.clone(),
                    kind: RelationKind::Contains,
                    to: Target::Element(part),
                    shade: None,
                    comment: None,
                });
            }
            if self.role == ComponentRole::Root && self.parent.is_none() {
                reading.document.roots.push(whole.clone());
            }
        }
        reading
            .hand_out(component)
            .map_err(super::super::json::context::Refused::into_error::<A::Error>)?;
        reading.context.restore(balance);
        Ok(reference)
    }
}
