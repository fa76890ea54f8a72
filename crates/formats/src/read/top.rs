//! The document itself: which member goes to the readers of which format.
//!
//! The members of a JSON object have no order, so `bomFormat` may come last. The two formats share no member that
//! both would read, so each member says by its name whose it is, and the claim is checked at the end.

use serde::de::{self, MapAccess, SeqAccess};

use super::{DocumentReader, Recognised};
use crate::{
    bom::{BomFormat, SpecVersion},
    cyclonedx,
    json::{
        context::{Context, JsonRefusal},
        node::{self, Node},
        shape::{Keys, Shape},
    },
    spdx,
    warning::quote,
};

pub(super) struct Top<'r, 's> {
    pub(super) reading: &'r mut DocumentReader<'s>,
}

impl<'de> Shape<'de> for Top<'_, '_> {
    type Output = ();

    fn context(&mut self) -> &mut Context {
        &mut self.reading.context
    }

    fn scalar<E: de::Error>(&mut self, _: Node) -> Result<(), E> {
        let refusal = JsonRefusal::OtherFormat(Recognised::NotAnObject);
        Err(self.reading.context.refuse(refusal).into_error())
    }

    fn list<A: SeqAccess<'de>>(&mut self, _: A) -> Result<(), A::Error> {
        let refusal = JsonRefusal::OtherFormat(Recognised::NotAnObject);
        Err(self.reading.context.refuse(refusal).into_error())
    }

    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        let mut keys = Keys::default();
        while let Some(key) = keys.next(&mut self.reading.context, &mut object)? {
            match key.as_str() {
                "bomFormat" | "specVersion" | "spdxVersion" => {
                    let value = node::member(&mut self.reading.context, &key, &mut object)?;
                    claim(self.reading, &key, value)
                        .map_err(|refusal| self.reading.context.refuse(refusal).into_error::<A::Error>())?;
                }
                "@context" => {
                    let value = node::member(&mut self.reading.context, &key, &mut object)?;
                    if is_spdx3(&value) {
                        let refusal = JsonRefusal::OtherFormat(Recognised::Spdx3);
                        return Err(self.reading.context.refuse(refusal).into_error());
                    }
                    self.reading.note_foreign(key);
                }
                "$schema" => node::skip(&mut self.reading.context, &key, &mut object)?,
                "annotations" => {
                    node::skip(&mut self.reading.context, &key, &mut object)?;
                    self.reading.document.not_summarised.insert(key);
                }
                _ => dispatch(self.reading, key, &mut object)?,
            }
        }
        Ok(())
    }
}

/// Gives a member to the readers of the format that has it.
fn dispatch<'de, A: MapAccess<'de>>(
    reading: &mut DocumentReader<'_>,
    key: String,
    object: &mut A,
) -> Result<(), A::Error> {
    let format = reading.version.map(SpecVersion::format);
    if format != Some(BomFormat::Spdx) && cyclonedx::read_member(reading, &key, object)? {
        reading.claims.cyclonedx_member |= cyclonedx::DISTINCTIVE.contains(&key.as_str());
    } else if format != Some(BomFormat::CycloneDx) && spdx::read_member(reading, &key, object)? {
        reading.claims.spdx_member |= spdx::DISTINCTIVE.contains(&key.as_str());
    } else {
        node::skip(&mut reading.context, &key, object)?;
        reading.note_foreign(key);
    }
    Ok(())
}

/// Takes note of what the document says it is.
fn claim(reading: &mut DocumentReader<'_>, key: &str, value: Node) -> Result<(), JsonRefusal> {
    if key == "bomFormat" {
        let text = match value {
            Node::Text(text) => text,
            other => {
                return Err(JsonRefusal::UnsupportedVersion(format!(
                    "a \"bomFormat\" that is {}",
                    other.describe()
                )));
            }
        };
        if text != "CycloneDX" {
            if !text.eq_ignore_ascii_case("CycloneDX") {
                return Err(JsonRefusal::UnsupportedVersion(format!(
                    "the BOM format {}",
                    quote(&text)
                )));
            }
            reading
                .context
                .within("bomFormat", |context| context.warn(quote(&text), "\"CycloneDX\""));
        }
        reading.claims.bom_format = true;
        reading.claims.cyclonedx_member = true;
        return Ok(());
    }
    let (name, static_key) = if key == "specVersion" {
        ("CycloneDX", "specVersion")
    } else {
        ("SPDX", "spdxVersion")
    };
    let described = value.describe();
    let text = reading
        .context
        .within(static_key, |context| value.into_text(context));
    let version = text.as_deref().and_then(|text| match name {
        "CycloneDX" => SpecVersion::of_cyclonedx(text),
        _ => SpecVersion::of_spdx(text),
    });
    let Some(version) = version else {
        let found = text.map_or(described, |text| {
            text.strip_prefix("SPDX-").unwrap_or(&text).to_owned()
        });
        return Err(JsonRefusal::UnsupportedVersion(format!("{name} {found}")));
    };
    if reading
        .version
        .is_some_and(|other| other.format() != version.format())
    {
        return Err(JsonRefusal::OtherFormat(Recognised::Both));
    }
    match version.format() {
        BomFormat::CycloneDx => reading.claims.cyclonedx_member = true,
        BomFormat::Spdx => reading.claims.spdx_member = true,
    }
    reading.version = Some(version);
    Ok(())
}

/// Whether a JSON-LD context is that of SPDX 3.
fn is_spdx3(value: &Node) -> bool {
    match value {
        Node::Text(text) => text.contains("spdx.org/rdf/3"),
        Node::List(elements) => elements.iter().any(is_spdx3),
        _ => false,
    }
}
