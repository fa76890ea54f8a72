//! Other people's formats: readers for the bills of materials that vendors deliver with their products, and writers for what a ledger hands on.
//!
//! **Scope.** CycloneDX JSON 1.4 to 1.7 (ECMA-424) and SPDX JSON 2.2 and 2.3 (ISO/IEC 5962) become one typed
//! summary, [`bom::Bom`]: what is inside, who supplied it, what is known about it and what its author says is *not*
//! known. Entries become Sigstore bundles ([`sigstore`]), COSE
//! receipts ([`cose`]) and in-toto bundles ([`intoto`]); what a unit is made of becomes CycloneDX or SPDX ([`pedigree`]).
//!
//! **Not here.** Judging: a summary says what a document states, never whether that is true or allowed. Files, the
//! clock and the network: input is any [`std::io::Read`]. Other encodings (XML, tag-value, RDF, YAML, protobuf) and
//! SPDX 3 are recognised and refused by name.
//!
//! **Guarantees.** No input makes a reader panic. Memory is proportional to the summary, not to the document, and
//! bounded by [`limits::Limits`]; [`bom::read_each`] does not even keep the summary. A document that deviates from
//! its schema is read as far as it makes sense, and each deviation is a [`warning::Warning`] with its place.
//!
//! ```
//! use prova_formats::{bom, limits::Limits};
//!
//! let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.7", "components":
//!     [{"type": "firmware", "name": "aau-boot", "version": "2.1", "supplier": {"name": "Nordlys Radio AB"}}]}"#;
//! let reading = bom::read(text.as_bytes(), &Limits::default())?;
//! let component = &reading.bom.components[0];
//! assert_eq!(component.name, "aau-boot");
//! assert_eq!(component.supplier.as_ref().map(|party| party.name.as_str()), Some("Nordlys Radio AB"));
//! assert!(reading.warnings.is_empty());
//! # Ok::<(), bom::ReadBomError>(())
//! ```
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod bom;
pub mod cose;
mod cyclonedx;
pub mod intoto;
mod json;
pub mod limits;
pub mod pedigree;
mod read;
pub mod sigstore;
mod spdx;
pub mod warning;
