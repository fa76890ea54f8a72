//! An error and what caused it, in words.

use std::error::Error;

/// The texts of an error and of its sources, outermost first. A source whose text ends the one before adds nothing and is left out.
#[must_use]
pub fn causes(error: &dyn Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut below = error.source();
    while let Some(cause) = below {
        let text = cause.to_string();
        if !texts.last().is_some_and(|last| last.ends_with(&text)) {
            texts.push(text);
        }
        below = cause.source();
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Layer {
        #[error("the disk is full")]
        Disk,
        #[error("it cannot be written: {0}")]
        Repeating(#[source] Box<Self>),
        #[error("nothing was done")]
        Outer(#[source] Box<Self>),
    }

    #[test]
    fn what_a_text_repeats_is_told_once() {
        let repeating = Layer::Repeating(Layer::Disk.into());
        assert_eq!(causes(&repeating), ["it cannot be written: the disk is full"]);
        let outer = Layer::Outer(repeating.into());
        assert_eq!(
            causes(&outer),
            ["nothing was done", "it cannot be written: the disk is full"]
        );
    }
}
