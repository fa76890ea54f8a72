//! The lines of `story.txt`.
//!
//! ```text
//! # heading      > remark      = name for the entry just made      prova … a command, in which @names stand for ids and entries
//! ```

/// What one line of `story.txt` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoryLine {
    Chapter(&'static str),
    Remark(&'static str),
    /// A name for the last entry.
    Name(&'static str),
    Command(&'static str),
}

/// The lines, in order.
pub(super) fn lines() -> impl Iterator<Item = StoryLine> {
    include_str!("story.txt")
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| match line.split_once(' ') {
            Some(("#", heading)) => StoryLine::Chapter(heading),
            Some((">", remark)) => StoryLine::Remark(remark),
            Some(("=", name)) => StoryLine::Name(name),
            _ => StoryLine::Command(line),
        })
}

#[cfg(test)]
mod tests {
    use prova_core::statement::event::Event;

    use super::*;

    #[test]
    fn the_story_has_every_event() {
        let commands: Vec<_> = lines()
            .filter_map(|line| match line {
                StoryLine::Command(command) => Some(command),
                _ => None,
            })
            .collect();
        assert!(commands.iter().all(|command| command.starts_with("prova ")));
        for event in Event::NAMES {
            let start = format!("prova attest {event} ");
            assert!(
                commands.iter().any(|command| command.starts_with(&start)),
                "{event}"
            );
        }
    }
}
