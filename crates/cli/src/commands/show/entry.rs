//! One entry, whole.

use std::io::{self, Write};

use prova_core::view::message::message;
use prova_query::EntryDetail;

use crate::{
    plain::{indented, plain},
    ui::Show,
};

impl Show for EntryDetail {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "entry {}, {} bytes, leaf hash {}",
            self.index, self.bytes, self.leaf
        )?;
        writeln!(out, "{}", plain(&self.sentence))?;
        for signature in &self.signatures {
            let name = signature.name.as_deref().map_or("the root", |name| name);
            writeln!(
                out,
                "signature by {} with key {}: {}",
                plain(name),
                signature.key,
                signature.status
            )?;
            if let Some(reason) = &signature.distrusted {
                writeln!(out, "  ! distrusted: {}", plain(reason))?;
            }
        }
        for finding in &self.findings {
            writeln!(
                out,
                "! {} of {}: {}",
                finding.code(),
                finding.subject,
                plain(&message(&finding.detail))
            )?;
        }
        writeln!(out, "{}", indented(self.statement.get()))
    }
}
