//! A document in a stream: its head is looked at, its parts go to a sink.

use std::io::{BufReader, Read};

use serde::de::DeserializeSeed as _;

use super::{DocumentReader, ReadBomError, Sink, error, sniff, top};
use crate::{
    bom::DocumentReading,
    json::{gauge::Gauge, shape::Shaped},
    limits::Limits,
};

/// Reads a document and hands its parts to `sink` as they come, keeping only what the document says about itself, its
/// links, and eight bytes for each reference.
///
/// # Errors
/// See [`ReadBomError`].
pub fn read_each(
    reader: impl Read,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<DocumentReading, ReadBomError> {
    let mut gauge = Gauge::new(reader, limits).map_err(|source| ReadBomError::Io { source })?;
    let mut reading = DocumentReader::new(limits, sink);
    match sniff::sniff(gauge.head()) {
        sniff::Head::Json => {}
        sniff::Head::Marked => {
            reading
                .context
                .warn("a byte order mark", "no byte order mark (RFC 8259 §8.1)");
            gauge.hide(sniff::MARK.len());
        }
        sniff::Head::Blank => return Err(ReadBomError::Empty),
        sniff::Head::Foreign(found) => return Err(ReadBomError::OtherFormat { found }),
    }
    let result = {
        let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, &mut gauge));
        let document = Shaped(top::Top {
            reading: &mut reading,
        })
        .deserialize(&mut json);
        document.and_then(|()| json.end())
    };
    match result {
        Ok(()) => reading.finish(gauge.digest()),
        Err(error) => Err(error::explain(
            error,
            gauge.exceeded(),
            limits,
            &mut reading.context,
        )),
    }
}
