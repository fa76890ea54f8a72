//! The way from a node of the tree up to its root, and the siblings met on it (RFC 9162 §2.1.3, §2.1.4).

use std::ops::Range;

/// On which side of the path a sibling stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// One sibling on the way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClimbStep {
    pub(super) side: Side,
    height: u32,
}

/// The way from the node at height `from` above `leaf` to the root of the tree whose last leaf is `last`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Climb {
    leaf: u64,
    last: u64,
    from: u32,
}

impl Climb {
    /// `leaf` is at most `last`.
    pub(super) fn new(leaf: u64, from: u32, last: u64) -> Self {
        Self { leaf, last, from }
    }

    /// The siblings, lowest first.
    ///
    /// Below the height where the ways of `leaf` and `last` meet, every node has a sibling. Above it the path is the
    /// right edge of the tree, where a node has a sibling only to its left.
    pub(super) fn steps(self) -> impl Iterator<Item = ClimbStep> {
        let meet = u64::BITS.saturating_sub((self.leaf ^ self.last).leading_zeros());
        (self.from..u64::BITS).filter_map(move |height| {
            let side = if self.leaf.wrapping_shr(height) & 1 == 1 {
                Side::Left
            } else if height < meet {
                Side::Right
            } else {
                return None;
            };
            Some(ClimbStep { side, height })
        })
    }

    /// The leaves below each sibling, lowest sibling first.
    pub(super) fn siblings(self) -> impl Iterator<Item = Range<u64>> {
        self.steps().map(move |step| {
            let width = 1_u64.wrapping_shl(step.height);
            let own = self.leaf & !width.wrapping_sub(1);
            match step.side {
                Side::Left => own.saturating_sub(width)..own,
                Side::Right => {
                    let start = own.saturating_add(width);
                    start..start.saturating_add(width).min(self.last.saturating_add(1))
                }
            }
        })
    }
}
