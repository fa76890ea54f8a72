//! Reading a policy file, line by line.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr as _,
};

use super::{MAX_POLICY_BYTES, Member, Policy, PolicyLog, PolicyName, PolicyWitness, Quorum, WitnessGroup};
use crate::{
    decimal,
    id::KeyName,
    log::{KeyId, ParseVkeyError, SignatureType, Vkey},
    text::excerpt,
};

/// Why a file is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePolicyError {
    /// The file is too large.
    #[error("policy has {got} bytes, want at most {MAX_POLICY_BYTES}")]
    TooLarge {
        /// Bytes found.
        got: usize,
    },
    /// The file was cut off.
    #[error("line {line} of the policy does not end in a newline")]
    NoNewline {
        /// One-based line.
        line: usize,
    },
    /// A line is wrong.
    #[error("line {line} of the policy")]
    Line {
        /// One-based line.
        line: usize,
        /// What is wrong.
        #[source]
        reason: PolicyLineError,
    },
    /// No line says what has to hold.
    #[error("policy has no quorum line, want one; `quorum none` if no witness is needed")]
    NoQuorum,
}

/// Why a line of a policy is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyLineError {
    /// Only tabs, spaces and what is visible is allowed.
    #[error("control character {got:#04x}")]
    Control {
        /// The octet found.
        got: u8,
    },
    /// The first item is none of the four keywords.
    #[error("keyword «{got}», want log, witness, group or quorum")]
    Keyword {
        /// The item found, escaped.
        got: String,
    },
    /// There are too few or too many items.
    #[error("{got} items, want {want}")]
    Items {
        /// Items found, the keyword included.
        got: usize,
        /// How the line should look.
        want: &'static str,
    },
    /// The key is not a vkey.
    #[error(transparent)]
    Vkey(#[from] ParseVkeyError),
    /// The key is not text.
    #[error("vkey is not UTF-8")]
    VkeyUtf8,
    /// The key signs something else.
    #[error("key has type {got}, want {want}")]
    KeyType {
        /// The type found.
        got: SignatureType,
        /// The type wanted.
        want: SignatureType,
    },
    /// The same public key stands on an earlier line of the same kind.
    #[error("public key of {} with key id {id} is listed already", excerpt(name.as_str()))]
    DuplicateKey {
        /// The name of the key found.
        name: KeyName,
        /// The id of the key that stands twice.
        id: KeyId,
    },
    /// The name is defined already, or is `none`.
    #[error("name «{got}» is taken")]
    NameTaken {
        /// The name found.
        got: PolicyName,
    },
    /// The name is not defined on an earlier line.
    #[error("name «{got}» is not defined on an earlier line")]
    UnknownName {
        /// The name found.
        got: PolicyName,
    },
    /// The name is in a group already, so that it would count twice.
    #[error("name «{got}» is a member already")]
    MemberTwice {
        /// The name found.
        got: PolicyName,
    },
    /// The threshold is no number, or not between one and the number of members.
    #[error("threshold «{got}» of {members} members, want all, any or 1..={members}")]
    Threshold {
        /// The item found, escaped.
        got: String,
        /// Members listed.
        members: usize,
    },
    /// There is a quorum already.
    #[error("second quorum line, want one")]
    SecondQuorum,
}

/// What the lines so far define.
#[derive(Default)]
struct Definitions {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<WitnessGroup>,
    quorum: Option<Quorum>,
    names: BTreeMap<PolicyName, Member>,
    grouped: BTreeSet<PolicyName>,
    log_keys: BTreeSet<[u8; 32]>,
    witness_keys: BTreeSet<[u8; 32]>,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Policy, ParsePolicyError> {
    if bytes.len() > MAX_POLICY_BYTES {
        return Err(ParsePolicyError::TooLarge { got: bytes.len() });
    }
    let mut definitions = Definitions::default();
    for (line, text) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let text = text
            .strip_suffix(b"\n")
            .ok_or(ParsePolicyError::NoNewline { line })?;
        definitions
            .line(text)
            .map_err(|reason| ParsePolicyError::Line { line, reason })?;
    }
    let Definitions {
        logs,
        witnesses,
        groups,
        quorum,
        ..
    } = definitions;
    let quorum = quorum.ok_or(ParsePolicyError::NoQuorum)?;
    Ok(Policy {
        logs,
        witnesses,
        groups,
        quorum,
    })
}

impl Definitions {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyLineError> {
        if let Some(got) = line
            .iter()
            .find(|byte| byte.is_ascii_control() && **byte != b'\t')
        {
            return Err(PolicyLineError::Control { got: *got });
        }
        let items: Vec<&[u8]> = line
            .split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|item| !item.is_empty())
            .collect();
        let count = |want| PolicyLineError::Items {
            got: items.len(),
            want,
        };
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key, url @ ..] if url.len() <= 1 => self.log(key, url),
            [b"log", ..] => Err(count("log <vkey> [<url>]")),
            [b"witness", name, key, url @ ..] if url.len() <= 1 => self.witness(name, key, url),
            [b"witness", ..] => Err(count("witness <name> <vkey> [<url>]")),
            [b"group", name, threshold, members @ ..] if !members.is_empty() => {
                self.group(name, threshold, members)
            }
            [b"group", ..] => Err(count("group <name> all|any|<k> <name>…")),
            [b"quorum", name] => self.quorum(name),
            [b"quorum", ..] => Err(count("quorum <name>|none")),
            [first, ..] => Err(PolicyLineError::Keyword { got: shown(first) }),
        }
    }

    fn log(&mut self, key: &[u8], url: &[&[u8]]) -> Result<(), PolicyLineError> {
        let key = vkey(key, SignatureType::Ed25519)?;
        if !self.log_keys.insert(key.key().to_bytes()) {
            return Err(duplicate(&key));
        }
        self.logs.push(PolicyLog {
            key,
            url: url.first().map(|url| url.to_vec()),
        });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: &[&[u8]]) -> Result<(), PolicyLineError> {
        let key = vkey(key, SignatureType::CosignatureV1)?;
        if !self.witness_keys.insert(key.key().to_bytes()) {
            return Err(duplicate(&key));
        }
        let name = PolicyName(name.to_vec());
        self.define(&name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness {
            name,
            key,
            url: url.first().map(|url| url.to_vec()),
        });
        Ok(())
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], members: &[&[u8]]) -> Result<(), PolicyLineError> {
        let number = match threshold {
            b"all" => Some(members.len()),
            b"any" => Some(1),
            _ => std::str::from_utf8(threshold).ok().and_then(decimal::parse),
        };
        let threshold = number
            .filter(|number| (1..=members.len()).contains(number))
            .ok_or_else(|| PolicyLineError::Threshold {
                got: shown(threshold),
                members: members.len(),
            })?;
        let members = members
            .iter()
            .map(|member| {
                let member = self.find(member)?;
                if !self.grouped.insert(member.0.clone()) {
                    return Err(PolicyLineError::MemberTwice { got: member.0 });
                }
                Ok(member.1)
            })
            .collect::<Result<_, _>>()?;
        self.define(&PolicyName(name.to_vec()), Member::Group(self.groups.len()))?;
        self.groups.push(WitnessGroup { threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), PolicyLineError> {
        if self.quorum.is_some() {
            return Err(PolicyLineError::SecondQuorum);
        }
        self.quorum = Some(match name {
            b"none" => Quorum::Nothing,
            _ => Quorum::Member(self.find(name)?.1),
        });
        Ok(())
    }

    fn define(&mut self, name: &PolicyName, member: Member) -> Result<(), PolicyLineError> {
        if name.0 == b"none" || self.names.contains_key(name) {
            return Err(PolicyLineError::NameTaken { got: name.clone() });
        }
        self.names.insert(name.clone(), member);
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<(PolicyName, Member), PolicyLineError> {
        let name = PolicyName(name.to_vec());
        match self.names.get(&name) {
            Some(member) => Ok((name, *member)),
            None => Err(PolicyLineError::UnknownName { got: name }),
        }
    }
}

fn vkey(item: &[u8], want: SignatureType) -> Result<Vkey, PolicyLineError> {
    let text = std::str::from_utf8(item).map_err(|_| PolicyLineError::VkeyUtf8)?;
    let vkey = Vkey::from_str(text)?;
    if vkey.signature_type() != want {
        return Err(PolicyLineError::KeyType {
            got: vkey.signature_type(),
            want,
        });
    }
    Ok(vkey)
}

fn duplicate(key: &Vkey) -> PolicyLineError {
    PolicyLineError::DuplicateKey {
        name: key.name().clone(),
        id: key.id(),
    }
}

fn shown(item: &[u8]) -> String {
    excerpt(&String::from_utf8_lossy(item))
}
