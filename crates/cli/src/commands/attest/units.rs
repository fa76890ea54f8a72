//! Lists of units in CSV (RFC 4180), as warehouses have them.
//!
//! ```text
//! serial,mac,alias
//! SN-0001,00:1a:2b:3c:4d:5e,gtin:04012345000009
//! ```
//! A column `component`, or `serial` with a part number from `--part` or a column `part`. Other columns name aliases.

use std::{collections::HashMap, path::Path};

use csv::{ReaderBuilder, StringRecord, Trim};
use prova_core::id::{ComponentId, OrgId, SubjectId};

use super::{request::parse_alias, subjects::StatedAlias};
use crate::{
    error::{Blame, Blaming as _, CommandError, blame_of_io},
    input,
};

/// Longest list, in bytes: some million units.
const LONGEST_FILE: u64 = 64 * 1024 * 1024;

/// Columns whose values are aliases, and what is put before each.
const ALIASES: [(&str, &str); 6] = [
    ("alias", ""),
    ("mac", "mac:"),
    ("imei", "imei:"),
    ("gtin", "gtin:"),
    ("giai", "giai:"),
    ("sku", "sku:"),
];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Component,
    Serial,
    Part,
    Alias(&'static str),
}

/// Adds the units of a list to `subjects`.
pub(super) fn read(
    path: &Path,
    maker: &OrgId,
    part: Option<&str>,
    subjects: &mut Vec<StatedAlias>,
) -> Result<(), CommandError> {
    let content = input::read(path, LONGEST_FILE)?;
    parse(&content, maker, part, subjects)
        .map_err(|error| error.context(format!("no list of units in {}", input::shown(path))))
}

fn parse(
    content: &[u8],
    maker: &OrgId,
    part: Option<&str>,
    subjects: &mut Vec<StatedAlias>,
) -> Result<(), CommandError> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(content);
    let header = reader.headers().map_err(|error| explain(&error))?.clone();
    let columns = columns(&header, part)?;
    let mut seen: HashMap<SubjectId, u64> = subjects.iter().map(|subject| (subject.id.clone(), 0)).collect();
    let before = subjects.len();
    for record in reader.records() {
        let record = record.map_err(|error| explain(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let subject = unit(&record, &columns, maker, part, line)?;
        match seen.insert(subject.id.clone(), line) {
            None => subjects.push(subject),
            Some(0) => {
                return Err(CommandError::caller(format!(
                    "line {line}: {} is named on the command line too",
                    subject.id
                )));
            }
            Some(first) => {
                return Err(CommandError::caller(format!(
                    "line {line}: {} stands in line {first} already",
                    subject.id
                )));
            }
        }
    }
    if subjects.len() == before {
        return Err(CommandError::caller(
            "it has a heading at most, want a line for each unit",
        ));
    }
    Ok(())
}

fn columns(header: &StringRecord, part: Option<&str>) -> Result<Vec<Column>, CommandError> {
    let mut columns = Vec::new();
    for (name, number) in header.iter().zip(1_u64..) {
        let column = match name.to_ascii_lowercase().as_str() {
            "component" => Column::Component,
            "serial" => Column::Serial,
            "part" => Column::Part,
            name => match ALIASES.iter().find(|(alias, _)| *alias == name) {
                Some((_, prefix)) => Column::Alias(prefix),
                None => {
                    return Err(CommandError::caller(format!("line 1, column {number}: «{name}» is no column"))
                        .hint("columns are component or serial, part, alias, mac, imei, gtin, giai, sku; the first line names them"));
                }
            },
        };
        if !matches!(column, Column::Alias("")) && columns.contains(&column) {
            return Err(CommandError::caller(format!(
                "line 1, column {number}: «{name}» stands twice"
            )));
        }
        columns.push(column);
    }
    let has = |column| columns.contains(&column);
    match (has(Column::Component), has(Column::Serial)) {
        (true, true) => Err(CommandError::caller(
            "line 1: both «component» and «serial», want one of them",
        )),
        (false, false) => Err(CommandError::caller(
            "line 1: neither «component» nor «serial», want one of them",
        )),
        (false, true) if part.is_none() && !has(Column::Part) => {
            Err(CommandError::caller("serials without a part number")
                .hint("give it with --part, or in a column «part»"))
        }
        _ => Ok(columns),
    }
}

fn unit(
    record: &StringRecord,
    columns: &[Column],
    maker: &OrgId,
    part: Option<&str>,
    line: u64,
) -> Result<StatedAlias, CommandError> {
    let cell = |wanted: Column| {
        let position = columns.iter().position(|column| *column == wanted)?;
        record.get(position)
    };
    let part = cell(Column::Part).or(part).unwrap_or_default();
    let (text, name) = match cell(Column::Component) {
        Some(component) => (component.to_owned(), "component"),
        None => {
            let serial = cell(Column::Serial).unwrap_or_default();
            (format!("unit:{maker}/{part}/{serial}"), "serial")
        }
    };
    let id: ComponentId = text.parse().or_caller().map_err(|error: CommandError| {
        error.context(format!("line {line}, column «{name}»: «{text}» is no component"))
    })?;
    let mut unit = StatedAlias::new(id.into());
    for ((column, value), number) in columns.iter().zip(record).zip(1_u64..) {
        if let Column::Alias(prefix) = column
            && !value.is_empty()
        {
            let alias = parse_alias(&format!("{prefix}{value}"))
                .map_err(|error| error.context(format!("line {line}, column {number}")))?;
            unit.aliases.push(alias);
        }
    }
    Ok(unit)
}

fn explain(error: &csv::Error) -> CommandError {
    let line = |position: &Option<csv::Position>| {
        position
            .as_ref()
            .map_or_else(String::new, |position| format!("line {}: ", position.line()))
    };
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => CommandError::caller(format!(
            "{}{len} columns, want {expected_len} as in the first line",
            line(pos)
        )),
        csv::ErrorKind::Utf8 { pos, err } => {
            let column = err.field().saturating_add(1);
            CommandError::caller(format!("{}column {column} is not UTF-8", line(pos)))
        }
        csv::ErrorKind::Io(error) => CommandError::of(blame_of_io(error), error),
        _ => CommandError::of(Blame::Caller, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(content: &[u8], part: Option<&str>) -> Result<Vec<String>, String> {
        let maker = "dns:nordlys.example".parse().unwrap();
        let named = "unit:dns:nordlys.example/AAU/NAMED".parse().unwrap();
        let mut subjects = vec![StatedAlias::new(named)];
        match parse(content, &maker, part, &mut subjects) {
            Ok(()) => Ok(subjects
                .iter()
                .skip(1)
                .map(|subject| {
                    let aliases: Vec<_> = subject.aliases.iter().map(ToString::to_string).collect();
                    format!("{} {}", subject.id, aliases.join(" "))
                        .trim_end()
                        .to_owned()
                })
                .collect()),
            Err(error) => Err(error.one_line()),
        }
    }

    #[test]
    fn serials_and_components_become_units() {
        for (content, part, want) in [
            (
                "serial\nsn-1\n\"sn 2\"\n",
                Some("aau"),
                vec![
                    "unit:dns:nordlys.example/AAU/SN1",
                    "unit:dns:nordlys.example/AAU/SN2",
                ],
            ),
            (
                "\u{feff}Serial, Part , MAC,alias\r\nS1,P1,00:1a:2b:3c:4d:5e,\r\nS1,P2,,sku:X\r\n",
                None,
                vec![
                    "unit:dns:nordlys.example/P1/S1 mac:001a2b3c4d5e",
                    "unit:dns:nordlys.example/P2/S1 sku:X",
                ],
            ),
            (
                "component\nunit:dns:other.example/P/S",
                None,
                vec!["unit:dns:other.example/P/S"],
            ),
        ] {
            let want = want.into_iter().map(str::to_owned).collect();
            assert_eq!(parsed(content.as_bytes(), part), Ok(want), "{content}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (content, part, want) in [
            (
                b"".as_slice(),
                Some("P"),
                "line 1: neither «component» nor «serial», want one of them",
            ),
            (
                b"serial\n",
                Some("P"),
                "it has a heading at most, want a line for each unit",
            ),
            (b"serial\nS\n", None, "serials without a part number"),
            (
                b"serial,colour\n",
                Some("P"),
                "line 1, column 2: «colour» is no column",
            ),
            (
                b"serial,serial\n",
                Some("P"),
                "line 1, column 2: «serial» stands twice",
            ),
            (
                b"serial\nS1\nS2,x\n",
                Some("P"),
                "line 3: 2 columns, want 1 as in the first line",
            ),
            (b"serial\nS1\n\xff\n", Some("P"), "line 3: column 1 is not UTF-8"),
            (
                b"serial\nS1\ns-1\n",
                Some("P"),
                "line 3: unit:dns:nordlys.example/P/S1 stands in line 2 already",
            ),
            (
                b"serial\nnamed\n",
                Some("AAU"),
                "line 2: unit:dns:nordlys.example/AAU/NAMED is named on the command line too",
            ),
            (
                b"serial,mac\nS1,xyz\n",
                Some("P"),
                "line 2, column 2: «mac:xyz» is no alias: no mac identifier: want 12 lower-case hexadecimal digits",
            ),
            (
                b"serial\n\"\"\n",
                Some("P"),
                "line 2, column «serial»: «unit:dns:nordlys.example/P/» is no component: the serial has 0 characters, want 1 to 64",
            ),
        ] {
            let shown = String::from_utf8_lossy(content).into_owned();
            assert_eq!(parsed(content, part), Err(want.to_owned()), "{shown}");
        }
    }
}
