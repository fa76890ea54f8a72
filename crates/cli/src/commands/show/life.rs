//! A component's life as a timeline.

use std::io::{self, Write};

use prova_core::{
    id::SubjectId,
    lifecycle::TransferState,
    position::EntryIndex,
    view::{
        component_state::{ComponentState, CustodyTransfer, Party},
        custody::CustodySpan,
        message::message,
        timeline::{Timeline, TimelineRow},
    },
};
use prova_query::Reading;
use serde::Serialize;

use crate::{
    error::CommandError,
    plain::{counted, plain},
    ui::Show,
};

/// What `show` prints of a component.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct LifeOutput(Timeline);

/// Reads a life.
pub(super) fn read(reading: &Reading, subject: &SubjectId) -> Result<LifeOutput, CommandError> {
    Ok(LifeOutput(reading.life(subject)?))
}

impl Show for LifeOutput {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let Timeline {
            subject,
            standing,
            rows,
            mentions,
        } = &self.0;
        writeln!(out, "{subject}")?;
        if let Some(standing) = standing {
            show_standing(standing, out)?;
        }
        let every = rows.iter().chain(mentions);
        let width = every.map(|row| row.index.to_string().len()).max().unwrap_or(1);
        writeln!(out)?;
        for row in rows {
            show_row(row, width, out)?;
        }
        if !mentions.is_empty() {
            writeln!(out, "\nmentioned by")?;
            for row in mentions {
                show_row(row, width, out)?;
            }
        }
        Ok(())
    }
}

fn line(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {label:<10}  {}", plain(text))
}

fn party(party: &Party) -> String {
    match &party.name {
        Some(name) => format!("{name} ({})", party.id),
        None => party.id.to_string(),
    }
}

/// The facts about a component that are known, each on a line.
fn show_standing(standing: &ComponentState, out: &mut dyn Write) -> io::Result<()> {
    let version = standing.version.as_ref();
    let version = version.map(|version| format!(" {version}")).unwrap_or_default();
    let name = standing.name.as_ref().map(|name| format!("{name}{version}"));
    let area = standing
        .area
        .and_then(|area| serde_json::to_value(area).ok())
        .and_then(|area| area.as_str().map(str::to_owned));
    let act = standing.act.and_then(|act| serde_json::to_value(act).ok());
    let entry = |index: &Option<_>| index.map(|index: EntryIndex| format!("in entry {index}"));
    for (label, text) in [
        ("name", name),
        ("category", standing.category.map(|category| category.to_string())),
        ("area", area),
        (
            "act",
            act.as_ref().and_then(|act| act.as_str()).map(str::to_owned),
        ),
        ("type", standing.of_type.as_ref().map(ToString::to_string)),
        ("producer", standing.producer.as_ref().map(party)),
        ("released", entry(&standing.released)),
        ("comes from", standing.from.as_ref().map(ToString::to_string)),
        ("holder", standing.holder.as_ref().map(party)),
        ("title", standing.title.as_ref().map(party)),
        ("part of", standing.parent.as_ref().map(ToString::to_string)),
        ("slot", standing.slot.as_ref().map(ToString::to_string)),
        ("firmware", standing.firmware.as_ref().map(ToString::to_string)),
        ("recalled", entry(&standing.recalled)),
        ("ended", entry(&standing.ended)),
    ] {
        if let Some(text) = text {
            line(out, label, &text)?;
        }
    }
    for alias in &standing.aliases {
        line(out, "alias", alias.as_str())?;
    }
    for part in &standing.parts {
        let position = part.position.as_ref().map(|position| format!(" at {position}"));
        line(
            out,
            "part",
            &format!("{}{}", part.component, position.unwrap_or_default()),
        )?;
    }
    for occupant in &standing.occupants {
        line(out, "occupant", &occupant.to_string())?;
    }
    if standing.custody.has_earlier {
        line(out, "custody", "earlier holders are not told here")?;
    }
    for span in &standing.custody.spans {
        line(out, "custody", &of_span(span))?;
    }
    for transfer in &standing.transfers {
        line(out, "transfer", &of_transfer(transfer))?;
    }
    if let Some(head) = &standing.head {
        line(
            out,
            "chain",
            &format!("{}, head {head}", counted(standing.entries, "entry", "entries")),
        )?;
    }
    Ok(())
}

fn of_span(span: &CustodySpan) -> String {
    let holder = span.holder.as_ref().map_or("not known", Party::shown);
    let until = span.until.map(|until| format!(" to {}", until.entry));
    format!(
        "{holder} from entry {}{}: {}",
        span.from.entry,
        until.unwrap_or_default(),
        span.passage()
    )
}

fn of_transfer(transfer: &CustodyTransfer) -> String {
    let carrier = transfer.carrier.as_ref();
    let carrier = carrier.map(|carrier| format!(", carried by {}", carrier.shown()));
    let title = transfer.title_to.as_ref();
    let title = title.map(|title| format!(", title to {}", title.shown()));
    let shipped = transfer
        .shipped
        .map(|index| format!(", shipped in entry {index}"));
    let received = transfer.received.map(|index| match transfer.state {
        TransferState::Open => format!(", in the carrier's hands since entry {index}"),
        _ => format!(", received in entry {index}"),
    });
    format!(
        "{}: {} to {}{}{}{}{}",
        transfer.state,
        transfer.from.shown(),
        transfer.to.shown(),
        carrier.unwrap_or_default(),
        title.unwrap_or_default(),
        shipped.unwrap_or_default(),
        received.unwrap_or_default()
    )
}

fn show_row(row: &TimelineRow, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let who = row.by.as_ref().map_or("", Party::shown);
    let role = row.role.map(|role| format!(", {role}")).unwrap_or_default();
    writeln!(
        out,
        "{:>width$}  {}  {:<12}  {}{role}",
        row.index.get(),
        row.time,
        row.event,
        plain(who)
    )?;
    let indent = width.saturating_add(2);
    let mut below = |text: &str| writeln!(out, "{:indent$}{}", "", plain(text));
    below(&row.sentence)?;
    if row.subjects > 1 {
        let others = counted(
            row.subjects.saturating_sub(1),
            "other component",
            "other components",
        );
        below(&format!("the same statement is about {others}"))?;
    }
    if !row.countersigned.is_empty() {
        let names: Vec<_> = row.countersigned.iter().map(Party::shown).collect();
        below(&format!("countersigned by {}", names.join(", ")))?;
    }
    if let Some(place) = &row.place {
        below(&format!("place: {place}"))?;
    }
    for alias in &row.aliases {
        below(&format!("alias: {alias}"))?;
    }
    if let Some(from) = &row.from {
        below(&format!("comes from entry {} of {}", from.index, from.origin))?;
    }
    for document in &row.documents {
        let name = document.name.as_deref().unwrap_or(&document.media_type);
        below(&format!("document: {name}, sha256 {}", document.sha256))?;
    }
    for detail in &row.findings {
        below(&format!("! {}: {}", detail.code(), message(detail)))?;
    }
    for detail in &row.aside {
        below(&format!(
            "· at the entry alone: {}: {}",
            detail.code(),
            message(detail)
        ))?;
    }
    for correction in &row.corrected_by {
        let entry = correction.entry;
        below(&match &correction.by {
            _ if correction.is_own => format!("! corrected by entry {entry}, by who said it"),
            Some(by) => format!("! contradicted by entry {entry}, by {}", by.shown()),
            None => format!("! contradicted by entry {entry}"),
        })?;
    }
    Ok(())
}
