//! `prova trace`: what a component is made of and where it is.

mod materials;
mod tree;

use std::io::{self, Write};

use clap::Args;
use prova_core::{
    id::ComponentId,
    view::{
        component_state::Party,
        trace::{Relation, Shown, TraceNode},
    },
};
use prova_query::Composition;
use serde::Serialize;

use self::tree::Branch;
use crate::{
    error::CommandError,
    ledger::LedgerArgs,
    plain::plain,
    ui::{Show, Status, Ui},
};

/// Trace a component: its type, parts, firmware and their bills of materials, and where it is now.
///
/// Reads the ledger and its attachments, also beside a running writer. Bills of materials that the ledger does not keep are named by their
/// digest.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes: 0 done, 1 the ledger or a bill of materials in it is damaged, 2 no such component.

Example:
  prova trace unit:dns:nordlys.example/AAU-3900/SN0001")]
pub(crate) struct TraceArgs {
    /// The component: a unit, type, artefact or slot.
    #[arg(value_name = "COMPONENT")]
    component: ComponentId,
    /// Show every component of every bill of materials, however many there are. With `--format json`, all are there anyway.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    ledger: LedgerArgs,
}

/// A trace, as it is printed.
#[derive(Serialize)]
struct Traced {
    #[serde(flatten)]
    composition: Composition,
    /// Components of a bill of materials that text shows.
    #[serde(skip)]
    shown: usize,
}

/// Runs `prova trace`.
pub(crate) fn run(args: &TraceArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let composition = Composition::read(&args.ledger.reading(ui)?, &args.component)?;
    let is_changed = composition.is_changed();
    let shown = if args.all { usize::MAX } else { materials::SHOWN };
    ui.result(&Traced { composition, shown })?;
    Ok(if is_changed {
        Status::Evidence
    } else {
        Status::Holds
    })
}

impl Show for Traced {
    fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut root = self.branch(&self.composition.trace.tree);
        root.below.splice(0..0, self.whereabouts());
        root.draw(out)
    }
}

impl Traced {
    /// Where the component is now.
    fn whereabouts(&self) -> Vec<Branch> {
        let inside = self.composition.trace.inside.iter();
        let mut facts: Vec<_> = inside.map(|parent| format!("in {parent}")).collect();
        if let Some(slot) = &self.composition.trace.slot {
            let operator = slot.operator.as_ref().map(|operator| operator.shown().to_owned());
            let category = slot.category.map(|category| category.to_string());
            let area = slot.area.and_then(|area| serde_json::to_value(area).ok());
            let area = area.as_ref().and_then(|area| area.as_str());
            let area = area.map(|area| format!("{area} area"));
            let known: Vec<_> = operator.into_iter().chain(category).chain(area).collect();
            facts.push(format!("in {} ({})", slot.component, known.join(", ")));
        }
        facts.extend(
            self.composition
                .trace
                .holder
                .as_ref()
                .map(|holder| format!("held by {}", holder.shown())),
        );
        facts.into_iter().map(|fact| Branch::leaf(plain(&fact))).collect()
    }

    fn branch(&self, node: &TraceNode) -> Branch {
        let mut below: Vec<Branch> = Vec::new();
        for bom in &node.boms {
            let digest = &bom.document.sha256;
            let text = format!(
                "bill of materials, {} {}, sha256 {digest}",
                bom.format, bom.version
            );
            let listed = self.composition.materials.get(digest);
            let listed = listed.map(|materials| materials::branches(materials, self.shown));
            below.push(Branch {
                text: plain(&text),
                below: listed.unwrap_or_default(),
            });
        }
        below.extend(node.supplies.iter().map(|supply| {
            let supplier = supply.supplier.as_ref().map(ToString::to_string);
            let origin = supply
                .country_of_origin
                .map(|country| format!("made in {country}"));
            let by: Vec<_> = supplier.into_iter().chain(origin).collect();
            let by = if by.is_empty() {
                String::new()
            } else {
                format!(" ({})", by.join(", "))
            };
            Branch::leaf(plain(&format!("supplied: {}{by}", supply.what)))
        }));
        let unknown = |what: &String| Branch::leaf(plain(&format!("not known: {what}")));
        below.extend(node.known_unknowns.iter().map(unknown));
        below.extend(node.children.iter().map(|child| self.branch(child)));
        Branch {
            text: plain(&label(node)),
            below,
        }
    }
}

/// A component on a line of the tree.
fn label(node: &TraceNode) -> String {
    let relation = match node.relation {
        Relation::Root => "",
        Relation::Type => "type ",
        Relation::Part => "part ",
        Relation::Firmware => "firmware ",
        Relation::Occupant => "occupied by ",
    };
    let mut text = vec![format!("{relation}{}", node.component)];
    text.extend(node.position.as_ref().map(|position| format!(" at {position}")));
    let version = node.version.as_ref().map(|version| format!(" {version}"));
    let name = node
        .name
        .as_ref()
        .map(|name| format!("{name}{}", version.unwrap_or_default()));
    let maker = node.maker.as_ref().map(Party::shown).map(str::to_owned);
    let category = node.category.map(|category| category.to_string());
    let known: Vec<_> = name.into_iter().chain(maker).chain(category).collect();
    if !known.is_empty() {
        text.push(format!(" ({})", known.join(", ")));
    }
    let shown = match node.shown {
        Shown::Whole => "",
        Shown::Elsewhere => ", see above",
        Shown::Unknown => ", of which the ledger has no entry",
        Shown::Cut => ", and more that is not shown",
    };
    text.push(shown.to_owned());
    if node.released == Some(false) {
        text.push(", not released by its producer".to_owned());
    }
    if !node.findings.is_empty() {
        let codes: Vec<_> = node.findings.iter().map(|code| code.name()).collect();
        text.push(format!("  ! {}", codes.join(", ")));
    }
    text.concat()
}
