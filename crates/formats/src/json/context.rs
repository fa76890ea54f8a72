//! What all readers of one document share: the place they are at, the limits, the warnings, the reason for refusing.

use std::borrow::Cow;

use serde::de;

use crate::{
    bom::Recognised,
    limits::Limits,
    warning::{Pointer, Step, Warning},
};

/// Beyond this the JSON parser refuses by itself, less clearly.
const DEEPEST: usize = 120;

/// How much of a key is shown in a place.
const SHOWN_KEY_CHARS: usize = 60;

/// Why a document is refused although it is JSON.
#[derive(Debug)]
pub(crate) enum JsonRefusal {
    DuplicateKey(String),
    TooDeep,
    TooMany { what: &'static str, limit: u64 },
    ElementTooLarge,
    OtherFormat(Recognised),
    UnsupportedVersion(String),
    Stopped,
}

/// Says that the context holds a [`JsonRefusal`].
#[derive(Debug)]
pub(crate) struct Refused;

impl Refused {
    /// The parser's error type has no room for the reason; it stays in the context.
    #[expect(
        clippy::unused_self,
        reason = "a value of this type is the proof that there is a reason"
    )]
    pub(crate) fn into_error<E: de::Error>(self) -> E {
        E::custom("refused")
    }
}

pub(crate) struct Context {
    limits: Limits,
    /// From the document to the element that is being read.
    path: Vec<Step>,
    /// From the place of a refusal up to that element: filled on the way out, so that it costs nothing otherwise.
    trail: Vec<Step>,
    depth: usize,
    /// What the current element may still take.
    budget: u64,
    warnings: Vec<Warning>,
    unlisted: u64,
    refusal: Option<JsonRefusal>,
}

impl Context {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            path: Vec::new(),
            trail: Vec::new(),
            depth: 0,
            budget: limits.element_bytes,
            warnings: Vec::new(),
            unlisted: 0,
            refusal: None,
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Notes why the document is refused; the first reason stays.
    pub(crate) fn refuse(&mut self, refusal: JsonRefusal) -> Refused {
        self.refusal.get_or_insert(refusal);
        Refused
    }

    pub(crate) fn take_refusal(&mut self) -> Option<JsonRefusal> {
        self.refusal.take()
    }

    pub(crate) fn enter(&mut self, step: Step) {
        self.path.push(step);
    }

    pub(crate) fn leave(&mut self) {
        self.path.pop();
    }

    /// Runs `work` at a member of the current place.
    pub(crate) fn within<T>(&mut self, key: &'static str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.enter(Step::Key(Cow::Borrowed(key)));
        let result = work(self);
        self.leave();
        result
    }

    /// Runs `work` at an element of the current list.
    pub(crate) fn at<T>(&mut self, index: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        self.enter(Step::Index(index));
        let result = work(self);
        self.leave();
        result
    }

    /// After a refusal: this key leads to it.
    pub(crate) fn trail_key(&mut self, key: &str) {
        if self.refusal.is_some() {
            self.trail
                .push(Step::Key(Cow::Owned(key.chars().take(SHOWN_KEY_CHARS).collect())));
        }
    }

    /// After a refusal: this element leads to it.
    pub(crate) fn trail_index(&mut self, index: usize) {
        if self.refusal.is_some() {
            self.trail.push(Step::Index(index));
        }
    }

    pub(crate) fn place(&self) -> Pointer {
        Pointer::of(self.path.iter().chain(self.trail.iter().rev()))
    }

    pub(crate) fn descend(&mut self) -> Result<(), Refused> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > self.limits.depth.min(DEEPEST) {
            Err(self.refuse(JsonRefusal::TooDeep))
        } else {
            Ok(())
        }
    }

    pub(crate) fn ascend(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// What is left for an element that begins here; the elements around it are still in memory.
    pub(crate) fn balance(&self) -> u64 {
        self.budget
    }

    /// Gives back what an element took, when it has been handed out.
    pub(crate) fn restore(&mut self, balance: u64) {
        self.budget = balance;
    }

    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), Refused> {
        match u64::try_from(bytes)
            .ok()
            .and_then(|bytes| self.budget.checked_sub(bytes))
        {
            Some(rest) => {
                self.budget = rest;
                Ok(())
            }
            None => Err(self.refuse(JsonRefusal::ElementTooLarge)),
        }
    }

    /// Records a deviation at the current place. `found` must be escaped and short.
    pub(crate) fn warn(&mut self, found: impl Into<String>, wanted: impl Into<Cow<'static, str>>) {
        if self.warnings.len() < self.limits.warnings {
            let at = self.place();
            self.warnings.push(Warning {
                at,
                found: found.into(),
                wanted: wanted.into(),
            });
        } else {
            self.unlisted = self.unlisted.saturating_add(1);
        }
    }

    /// The warnings, and how many more there were.
    pub(crate) fn into_warnings(self) -> (Vec<Warning>, u64) {
        (self.warnings, self.unlisted)
    }
}
