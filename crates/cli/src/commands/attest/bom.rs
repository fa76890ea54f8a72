//! Bills of materials: read before they are named, so that nobody signs for a file that is none.

use std::{fs::File, io::BufReader, ops::ControlFlow, path::Path};

use prova_core::statement::event::BomReference;
use prova_formats::{
    bom::{BomFormat, Component, ReadBomError, Sink, read_each},
    limits::Limits,
};

use crate::{
    document::AttachedDocument,
    error::{Blame, CommandError, blame_of_io},
    ui::Ui,
};

/// Warnings that are shown; the others are counted.
const SHOWN: usize = 20;

/// Counts components.
struct BomCounter(u64);

impl Sink for BomCounter {
    fn component(&mut self, _: Component) -> ControlFlow<()> {
        self.0 = self.0.saturating_add(1);
        ControlFlow::Continue(())
    }
}

/// Reads a bill of materials, shows where it deviates from its schema, and makes the reference and the document.
pub(super) fn read(path: &Path, ui: &Ui) -> Result<(BomReference, AttachedDocument), CommandError> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|error| {
        CommandError::of(blame_of_io(&error), &error)
            .context(format!("cannot read the bill of materials {shown}"))
    })?;
    let mut counter = BomCounter(0);
    let reading = read_each(BufReader::new(file), &Limits::default(), &mut counter).map_err(|error| {
        let blame = match &error {
            ReadBomError::Io { source } => blame_of_io(source),
            _ => Blame::Caller,
        };
        CommandError::of(blame, &error).context(format!("no bill of materials from {shown}"))
    })?;
    for warning in reading.warnings.iter().take(SHOWN) {
        ui.warn(&format!("{shown}: {warning}"));
    }
    let listed = u64::try_from(reading.warnings.len().saturating_sub(SHOWN)).unwrap_or(u64::MAX);
    let more = listed.saturating_add(reading.unlisted_warnings);
    if more > 0 {
        ui.warn(&format!("{shown}: {more} more deviations from the schema"));
    }
    let version = reading.document.version;
    let media_type = match version.format() {
        BomFormat::CycloneDx => "application/vnd.cyclonedx+json",
        BomFormat::Spdx => "application/spdx+json",
    };
    // Named as it was parsed: a file that changes before it is stored is another document, and storing it finds out.
    let document = AttachedDocument::known(path, media_type, reading.digest);
    let text = version.to_string();
    let (format, version) = text.split_once(' ').unwrap_or((&text, ""));
    let reference = BomReference {
        format: format.to_owned(),
        version: version.to_owned(),
        components: counter.0,
        document: document.attachment.clone(),
    };
    Ok((reference, document))
}
