//! The event that a file and options describe: typed, and without a member that nobody would read.

use std::path::Path;

use prova_core::{id::SubjectId, json, position::EntryIndex, statement::event::Event};
use prova_store::Snapshot;
use serde_json::{Map, Value};

use crate::{
    error::{Blaming as _, CommandError},
    input,
};

/// Longest file with an event's fields, in bytes: more than fits into an entry.
const LONGEST_FILE: u64 = 256 * 1024;

/// Reads the JSON object of `--json`.
pub(super) fn read_members(path: &Path) -> Result<Map<String, Value>, CommandError> {
    let content = input::read(path, LONGEST_FILE)?;
    let no_fields = |error: CommandError| error.context(format!("no event fields in {}", input::shown(path)));
    match json::parse(&content).or_caller().map_err(no_fields)? {
        Value::Object(members) => Ok(members),
        _ => Err(no_fields(CommandError::caller(
            "want a JSON object with the event's fields",
        ))),
    }
}

/// The members that options give: those that are there.
pub(super) fn as_members(options: &Value) -> Map<String, Value> {
    match prune(options) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// A value without the nulls, empty lists and empty objects of absent options.
fn prune(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Object(members) => {
            let kept = members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), prune(value)?)));
            let kept: Map<_, _> = kept.collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        other => Some(other.clone()),
    }
}

/// Puts members on top of others; objects are joined, everything else is replaced.
pub(super) fn merge(below: &mut Map<String, Value>, above: Map<String, Value>) {
    for (name, value) in above {
        match (below.get_mut(&name), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            (_, value) => {
                below.insert(name, value);
            }
        }
    }
}

/// Fills in parent and parts of an `assemble`: the first component, and the others.
pub(super) fn assembled<'a>(
    fields: &mut Map<String, Value>,
    mut subjects: impl Iterator<Item = &'a SubjectId> + Clone,
) {
    let all = subjects.clone();
    if let (false, Some(first)) = (fields.contains_key("parent"), subjects.next()) {
        fields.insert("parent".to_owned(), Value::String(first.to_string()));
    }
    if !fields.contains_key("parts") {
        let parent = fields
            .get("parent")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let parts = all.map(ToString::to_string).filter(|id| *id != parent);
        let parts = parts.map(|id| serde_json::json!({ "component": id })).collect();
        fields.insert("parts".to_owned(), Value::Array(parts));
    }
}

/// The event of this name with these fields; indices of entries become leaf hashes.
pub(super) fn build(
    name: &str,
    mut fields: Map<String, Value>,
    snapshot: Option<&Snapshot>,
) -> Result<Event, CommandError> {
    for member in ["target", "ship"] {
        if let Some(value) = fields.get_mut(member) {
            resolve(value, snapshot)?;
        }
    }
    if let Some(Value::Array(entries)) = fields.get_mut("entries") {
        entries
            .iter_mut()
            .try_for_each(|entry| resolve(entry, snapshot))?;
    }
    let fields = Value::Object(fields);
    let wrapped = Value::Object(Map::from_iter([(name.to_owned(), fields.clone())]));
    let event: Event = serde_path_to_error::deserialize(wrapped).map_err(|error| wrong(name, &error))?;
    let read = serde_json::to_value(&event).or_caller()?;
    let read = read.get(name).unwrap_or(&Value::Null);
    match unknown(&fields, read, "") {
        Some(path) => Err(
            CommandError::caller(format!("{name} has no field «{path}»")).hint(format!(
                "`prova attest {name} --help` lists the options; members are named like them"
            )),
        ),
        None => Ok(event),
    }
}

fn resolve(value: &mut Value, snapshot: Option<&Snapshot>) -> Result<(), CommandError> {
    let Some(index) = value.as_u64() else {
        return Ok(());
    };
    let snapshot = snapshot.ok_or_else(|| {
        CommandError::caller(format!(
            "without a ledger the leaf hash of entry {index} is not known"
        ))
        .hint("give the leaf hash itself")
    })?;
    *value = Value::String(snapshot.leaf(EntryIndex::new(index))?.to_string());
    Ok(())
}

fn wrong(name: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> CommandError {
    let path = error.path().to_string();
    let path = path.strip_prefix(name).unwrap_or(&path);
    let path = path.strip_prefix('.').unwrap_or(path);
    let place = if path.is_empty() {
        format!("the fields of {name} do not fit")
    } else {
        format!("the field «{path}» of {name} does not fit")
    };
    CommandError::caller(error.inner().to_string())
        .context(place)
        .hint(format!(
            "`prova attest {name} --help` lists the options; --json FILE takes all fields"
        ))
}

/// The path of the first member that was given and not read. Members without a value say nothing.
fn unknown(given: &Value, read: &Value, path: &str) -> Option<String> {
    match (given, read) {
        (Value::Object(given), Value::Object(read)) => given.iter().find_map(|(name, value)| {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            match read.get(name) {
                Some(read) => unknown(value, read, &path),
                None => prune(value).map(|_| path),
            }
        }),
        (Value::Array(given), Value::Array(read)) => given
            .iter()
            .zip(read)
            .zip(0_u64..)
            .find_map(|((given, read), number)| unknown(given, read, &format!("{path}[{number}]"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn built(name: &str, fields: Value) -> Result<Value, String> {
        let Value::Object(fields) = fields else {
            panic!("an object")
        };
        match build(name, fields, None) {
            Ok(event) => Ok(serde_json::to_value(&event).unwrap()[name].clone()),
            Err(error) => Err(error.one_line()),
        }
    }

    #[test]
    fn members_that_nobody_would_read_are_refused_by_their_path() {
        let ship = json!({"to": "dns:north.example", "seals": ["S1"]});
        assert_eq!(built("ship", ship.clone()), Ok(ship));
        for (name, fields, want) in [
            (
                "ship",
                json!({"to": "dns:north.example", "seal": "S1"}),
                "ship has no field «seal»",
            ),
            (
                "manifest",
                json!({"name": "X", "supplies": [{"what": "soc"}, {"what": "psu", "country": "SE"}]}),
                "manifest has no field «supplies[1].country»",
            ),
            (
                "ship",
                json!({}),
                "the fields of ship do not fit: missing field `to`",
            ),
            (
                "store",
                json!({"site": {"country": "XX"}, "from": "2026-03-01"}),
                "the field «site.country» of store does not fit: «XX»: no country: want an ISO 3166-1 alpha-2 code such as «SE»",
            ),
            (
                "correct",
                json!({"target": 3, "kind": "error", "reason": "x"}),
                "without a ledger the leaf hash of entry 3 is not known",
            ),
        ] {
            assert_eq!(built(name, fields), Err(want.to_owned()));
        }
    }

    #[test]
    fn options_go_before_the_files_members_and_absent_ones_change_nothing() {
        let Value::Object(mut file) =
            json!({"site": {"country": "SE", "name": "A"}, "lot": "L", "tags": [1]})
        else {
            panic!("an object")
        };
        let options = json!({"site": {"country": "FI", "name": null}, "lot": null, "tags": [], "firmware": {"measured": {}}});
        merge(&mut file, as_members(&options));
        let want = json!({"site": {"country": "FI", "name": "A"}, "lot": "L", "tags": [1]});
        assert_eq!(Value::Object(file), want);
    }
}
