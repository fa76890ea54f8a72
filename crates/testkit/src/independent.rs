//! An auditor of ledger directories that shares no code with what it audits.
//!
//! It reads raw bytes and knows the formats by their documents alone: RFC 6962 by its recursive definition, C2SP tiles and
//! checkpoints by hand, envelopes as untyped JSON. Slow on purpose. Checked: every file below `tile/`, the root, the
//! checkpoint's signature, every entry's signatures and links, the names of attachments.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;
use sha2::{Digest, Sha256};

type Hash = [u8; 32];

/// What a directory was found to hold.
#[derive(Debug)]
pub struct Found {
    /// The entries, in order.
    pub entries: Vec<Vec<u8>>,
    /// The root over them.
    pub root: [u8; 32],
}

/// Audits the ledger in a directory.
///
/// # Errors
/// The first thing that does not hold, in words.
pub fn audit(directory: &Path) -> Result<Found, String> {
    let checkpoint =
        fs::read_to_string(directory.join("checkpoint")).map_err(|e| format!("checkpoint: {e}"))?;
    let (text, signatures) = checkpoint.split_once("\n\n").ok_or("checkpoint: no empty line")?;
    let lines: Vec<&str> = text.lines().collect();
    let [origin, size, root] = lines.as_slice() else {
        return Err(format!("checkpoint: {} lines", lines.len()));
    };
    let size: usize = size.parse().map_err(|e| format!("checkpoint: size: {e}"))?;
    let root = STANDARD
        .decode(root)
        .map_err(|e| format!("checkpoint: root: {e}"))?;

    let mut files = BTreeMap::new();
    collect(&directory.join("tile"), directory, &mut files)?;
    let entries = read_entries(&files, size)?;
    let leaves: Vec<Hash> = entries.iter().map(|entry| hash(&[&[0], entry])).collect();
    let computed = tree(&leaves);
    if computed.as_slice() != root {
        return Err(format!("root over {size} entries is not the checkpoint's"));
    }
    check_tiles(&files, &entries, &leaves)?;
    let log_key = check_entries(&entries, origin)?;
    check_checkpoint(origin, &format!("{text}\n"), signatures, &log_key)?;
    check_attachments(&directory.join("attachments"))?;
    Ok(Found {
        entries,
        root: computed,
    })
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// RFC 6962 §2.1, word for word.
fn tree(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => hash(&[]),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            hash(&[&[1], &tree(&leaves[..k]), &tree(&leaves[k..])])
        }
    }
}

fn collect(directory: &Path, base: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    for name in fs::read_dir(directory).map_err(|e| format!("{}: {e}", directory.display()))? {
        let path = name.map_err(|e| e.to_string())?.path();
        if path.is_dir() {
            collect(&path, base, files)?;
        } else {
            let name = path.strip_prefix(base).map_err(|e| e.to_string())?;
            let name = name.to_str().ok_or("name is not UTF-8")?.to_owned();
            files.insert(name, fs::read(&path).map_err(|e| e.to_string())?);
        }
    }
    Ok(())
}

fn tile_name(kind: &str, index: usize, width: usize) -> String {
    let mut groups = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    groups.reverse();
    let suffix = if width == 256 {
        String::new()
    } else {
        format!(".p/{width}")
    };
    format!("tile/{kind}/{}{suffix}", groups.join("/"))
}

fn read_entries(files: &BTreeMap<String, Vec<u8>>, size: usize) -> Result<Vec<Vec<u8>>, String> {
    let mut entries = Vec::new();
    while entries.len() < size {
        let width = (size - entries.len()).min(256);
        let name = tile_name("entries", entries.len() / 256, width);
        let mut rest = files.get(&name).ok_or(format!("{name} is missing"))?.as_slice();
        for _ in 0..width {
            if rest.len() < 2 {
                return Err(format!("{name} is too short"));
            }
            let length = usize::from(rest[0]) * 256 + usize::from(rest[1]);
            if length == 0 || rest.len() < 2 + length {
                return Err(format!("{name}: an entry of {length} bytes"));
            }
            entries.push(rest[2..2 + length].to_vec());
            rest = &rest[2 + length..];
        }
        if !rest.is_empty() {
            return Err(format!("{name} is too long"));
        }
    }
    Ok(entries)
}

/// Every file of the log is there as it should be, and what else lies around begins like the log.
fn check_tiles(
    files: &BTreeMap<String, Vec<u8>>,
    entries: &[Vec<u8>],
    leaves: &[Hash],
) -> Result<(), String> {
    let mut want = BTreeMap::new();
    let mut row: Vec<Hash> = leaves.to_vec();
    for level in 0.. {
        for (index, tile) in row.chunks(256).enumerate() {
            let bytes: Vec<u8> = tile.concat();
            want.insert((level.to_string(), index), (tile.len(), bytes));
        }
        if row.len() < 256 {
            break;
        }
        row = row.chunks_exact(256).map(tree).collect();
    }
    for (index, bundle) in entries.chunks(256).enumerate() {
        let mut bytes = Vec::new();
        for entry in bundle {
            bytes.extend([(entry.len() / 256) as u8, (entry.len() % 256) as u8]);
            bytes.extend(entry);
        }
        want.insert(("entries".to_owned(), index), (bundle.len(), bytes));
    }
    let mut seen = BTreeSet::new();
    for ((kind, index), (width, bytes)) in &want {
        let name = tile_name(kind, *index, *width);
        if files.get(&name) != Some(bytes) {
            return Err(format!("{name} is missing or not what the entries make it"));
        }
        seen.insert(name);
        for narrower in 1..*width {
            let name = tile_name(kind, *index, narrower);
            if let Some(found) = files.get(&name) {
                if !bytes.starts_with(found) {
                    return Err(format!("{name} is not a beginning of its tile"));
                }
                seen.insert(name);
            }
        }
    }
    match files.keys().find(|name| !seen.contains(*name)) {
        Some(name) => Err(format!("{name} should not be there")),
        None => Ok(()),
    }
}

/// Signatures and links of all entries; the log key that entry 0 names.
fn check_entries(entries: &[Vec<u8>], origin: &str) -> Result<Vec<u8>, String> {
    let mut keys: BTreeMap<String, VerifyingKey> = BTreeMap::new();
    let mut heads: BTreeMap<String, String> = BTreeMap::new();
    let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
    let mut log_key = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let wrong = |what: &str| format!("entry {index}: {what}");
        let envelope: Value = serde_json::from_slice(entry).map_err(|e| wrong(&e.to_string()))?;
        let payload = decode(&envelope["payload"]).ok_or_else(|| wrong("payload"))?;
        let statement: Value = serde_json::from_slice(&payload).map_err(|e| wrong(&e.to_string()))?;
        let predicate = &statement["predicate"];
        let is_seal = statement["predicateType"] == "urn:prova:seal:1";
        if is_seal && predicate["size"] != index {
            return Err(wrong("a seal of another size"));
        }
        let mut brought = Vec::new();
        let actions = predicate["actions"].as_array().into_iter().flatten();
        let roots = actions.clone().map(|action| &action["root"]["keys"]);
        for list in roots.chain([&predicate["root"]["keys"]]) {
            brought.extend(list.as_array().into_iter().flatten().map(|key| &key["key"]));
        }
        for action in actions {
            for list in [
                &action["enrol"]["keys"],
                &action["rotate"]["add"],
                &action["keys"]["keys"],
            ] {
                brought.extend(list.as_array().into_iter().flatten());
            }
        }
        if index > 0 && !is_seal && predicate["ledger"] != origin {
            return Err(wrong("for another ledger"));
        }
        for key in brought {
            let bytes = public_key(key).ok_or_else(|| wrong("a key"))?;
            let key = VerifyingKey::from_bytes(&bytes).map_err(|e| wrong(&e.to_string()))?;
            keys.insert(key_id(&bytes), key);
        }
        if index == 0 {
            if predicate["origin"] != origin {
                return Err(wrong("another origin than the checkpoint"));
            }
            log_key = public_key(&predicate["logKey"])
                .ok_or_else(|| wrong("logKey"))?
                .to_vec();
        }
        let kind = envelope["payloadType"].as_str().unwrap_or_default();
        let mut message = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
        message.extend(&payload);
        let signatures = envelope["signatures"]
            .as_array()
            .ok_or_else(|| wrong("signatures"))?;
        if signatures.is_empty() {
            return Err(wrong("not signed"));
        }
        for signature in signatures {
            let id = signature["keyid"].as_str().unwrap_or_default();
            let log = VerifyingKey::try_from(log_key.as_slice()).ok();
            let of_log = log.filter(|log| is_seal && key_id(log.as_bytes()) == id);
            let key = of_log.as_ref().or_else(|| keys.get(id));
            let key = key.ok_or_else(|| wrong("unknown key"))?;
            let bytes = decode(&signature["sig"]).ok_or_else(|| wrong("sig"))?;
            let signature = Signature::from_slice(&bytes).map_err(|e| wrong(&e.to_string()))?;
            key.verify_strict(&message, &signature)
                .map_err(|_| wrong("bad signature"))?;
        }
        let leaf = hex(&hash(&[&[0], entry]));
        let is_root = statement["predicateType"] == "urn:prova:registry:1" && predicate["by"].is_null();
        for subject in statement["subject"].as_array().into_iter().flatten() {
            let name = subject["name"].as_str().unwrap_or_default();
            if is_root {
                // The root's statements about a subject are numbered.
                let number = numbers.entry(name.to_owned()).or_insert(0_u64);
                if subject["annotations"]["number"].as_u64() != Some(*number) {
                    return Err(wrong(&format!("{name} is not about number {number}")));
                }
                *number += 1;
                continue;
            }
            let prev = subject["annotations"]["prev"].as_str();
            if heads.get(name).map(String::as_str) != prev {
                return Err(wrong(&format!("{name} does not follow its last entry")));
            }
            if index > 0 {
                heads.insert(name.to_owned(), leaf.clone());
            }
        }
    }
    Ok(log_key)
}

fn check_checkpoint(origin: &str, text: &str, signatures: &str, key: &[u8]) -> Result<(), String> {
    let id = hash(&[origin.as_bytes(), b"\n\x01", key]);
    let signed = signatures.lines().any(|line| {
        let signature = line
            .strip_prefix("\u{2014} ")
            .and_then(|line| line.strip_prefix(origin)?.strip_prefix(' '))
            .and_then(|signature| STANDARD.decode(signature).ok());
        let key = key
            .try_into()
            .ok()
            .and_then(|key| VerifyingKey::from_bytes(key).ok());
        match (signature, key) {
            (Some(bytes), Some(key)) if bytes.len() == 68 && bytes[..4] == id[..4] => {
                Signature::from_slice(&bytes[4..])
                    .is_ok_and(|signature| key.verify_strict(text.as_bytes(), &signature).is_ok())
            }
            _ => false,
        }
    });
    if signed {
        Ok(())
    } else {
        Err("the log key has not signed the checkpoint".to_owned())
    }
}

fn check_attachments(directory: &Path) -> Result<(), String> {
    let mut files = BTreeMap::new();
    if directory.is_dir() {
        collect(directory, directory, &mut files)?;
    }
    for (name, content) in files {
        let digest = hex(&hash(&[&content]));
        if name != format!("{}/{digest}", &digest[..2]) {
            return Err(format!("attachments/{name} has the digest {digest}"));
        }
    }
    Ok(())
}

fn decode(value: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(value.as_str()?).ok()
}

fn public_key(value: &Value) -> Option<Hash> {
    let key = STANDARD.decode(value.as_str()?.strip_prefix("ed25519:")?).ok()?;
    key.try_into().ok()
}

fn key_id(key: &Hash) -> String {
    let prefix = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ];
    hex(&hash(&[&prefix, key]))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
