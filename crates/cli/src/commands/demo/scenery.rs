//! What lies on the stage before the story begins: keys, bills of materials, documents, firmware images.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use prova_core::{
    hash::Digest,
    id::ComponentId,
    key::{PUBLISHED, published_test_key},
};

use crate::{
    error::{Blame, CommandError, blame_of_io},
    keyfile::{self, Protection},
    output,
};

/// Releases: name in the story, and what stands for the image.
const IMAGES: [&str; 6] = [
    "aau-4.2.0",
    "aau-4.2.1",
    "cs7-3.0",
    "cs7-leaked",
    "amf-26.1.3",
    "router-8.4",
];
/// Devices with an IDevID: name in the story.
const DEVICES: [&str; 2] = ["device-1", "device-2"];

const FILES: [(&str, &[u8]); 9] = [
    (
        "boms/antenna-unit.cdx.json",
        include_bytes!("../../../../../fixtures/boms/antenna-unit.cdx.json"),
    ),
    (
        "boms/aau-firmware.spdx.json",
        include_bytes!("../../../../../fixtures/boms/aau-firmware.spdx.json"),
    ),
    (
        "boms/core-server.cdx.json",
        include_bytes!("../../../../../fixtures/boms/core-server.cdx.json"),
    ),
    (
        "boms/amf.cdx.json",
        include_bytes!("../../../../../fixtures/boms/amf.cdx.json"),
    ),
    (
        "boms/frr.cdx.json",
        include_bytes!("../../../../../fixtures/boms/frr.cdx.json"),
    ),
    ("events/aau-supplies.json", include_bytes!("aau-supplies.json")),
    (
        "units/antennas.csv",
        b"serial,mac\nSN-0001,00005e005301\nSN-0002,00005e005302\nSN-0003,00005e005303\n",
    ),
    (
        "documents/test-report.txt",
        b"Synthetic test report of the demonstration: TS 33.511, all requirements met.\n",
    ),
    (
        "documents/delivery-note.txt",
        b"Synthetic delivery note of the demonstration: one AAU 3900, second hand.\n",
    ),
];

/// The directory of the demonstration, which is made or must be empty.
pub(super) fn directory(wanted: Option<PathBuf>) -> Result<PathBuf, CommandError> {
    let Some(directory) = wanted else {
        let made = tempfile::Builder::new().prefix("prova-demo-").tempdir();
        return made
            .map(tempfile::TempDir::keep)
            .map_err(|error| CommandError::of(Blame::Program, &error));
    };
    let context = |error: std::io::Error| {
        CommandError::of(blame_of_io(&error), &error)
            .context(format!("no demonstration in {}", directory.display()))
    };
    fs::create_dir_all(&directory).map_err(context)?;
    if fs::read_dir(&directory).map_err(context)?.next().is_some() {
        let message = format!("{} is not empty", directory.display());
        return Err(CommandError::caller(message).hint("name a new directory: `prova demo DIR`"));
    }
    Ok(directory)
}

/// Writes the files of the story.
pub(super) fn build(directory: &Path) -> Result<(), CommandError> {
    let folder = |name: &str| {
        let path = directory.join(name);
        fs::create_dir_all(&path).map_err(|error| {
            CommandError::of(blame_of_io(&error), &error)
                .context(format!("{} cannot be made", path.display()))
        })
    };
    for name in ["keys", "boms", "documents", "events", "units", "images"] {
        folder(name)?;
    }
    for (path, content) in FILES {
        output::write(&directory.join(path), content)?;
    }
    for name in IMAGES {
        output::write(
            &directory.join(format!("images/{name}.bin")),
            image(name).as_bytes(),
        )?;
    }
    for (name, _) in PUBLISHED {
        let key = published_test_key(name).ok_or_else(|| {
            CommandError::new(Blame::Program, format!("there is no published test key «{name}»"))
        })?;
        let path = directory.join(format!("keys/{name}.pem"));
        keyfile::create(&path, &key, Protection::Plain)?;
        output::write(
            &directory.join(format!("keys/{name}.pub.pem")),
            key.public().to_spki_pem().as_bytes(),
        )?;
    }
    Ok(())
}

fn image(name: &str) -> String {
    format!("Synthetic image of the demonstration: {name}\n")
}

/// What the names of the story stand for.
pub(super) fn names() -> BTreeMap<String, String> {
    let artefact = |name: &str| ComponentId::of_artefact(&Digest::of(image(name).as_bytes())).to_string();
    let device = |name: &str| {
        format!(
            "unit:idevid:{}",
            Digest::of(format!("synthetic device key {name}").as_bytes())
        )
    };
    let images = IMAGES.iter().map(|name| ((*name).to_owned(), artefact(name)));
    images
        .chain(DEVICES.iter().map(|name| ((*name).to_owned(), device(name))))
        .collect()
}
