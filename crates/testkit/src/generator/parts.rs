//! Units in units: a spare goes into one in service, and comes out of it again.

use prova_core::{
    id::ComponentId,
    statement::event::{
        Event,
        operation::{Maintain, MaintenanceAction},
        role::Role,
    },
};

use super::{
    Generator,
    clerk::{Link, Speech},
    life::{MAX_IN_STOCK, maintenance},
};

fn unit(link: &Link) -> Option<ComponentId> {
    link.id.component().cloned()
}

/// The exchange of a part, by what goes in and what comes out.
fn exchange(parent: &Link, parts_in: Option<&Link>, parts_out: Option<&Link>) -> Event {
    let Event::Maintain(maintain) = maintenance(MaintenanceAction::Replace, "NO") else {
        unreachable!("it is maintenance");
    };
    Event::Maintain(Maintain {
        parent: unit(parent),
        parts_in: parts_in.and_then(unit).into_iter().collect(),
        parts_out: parts_out.and_then(unit).into_iter().collect(),
        ..maintain
    })
}

impl Generator {
    /// A spare goes into a unit in service of the same operator.
    pub(super) fn fit(&mut self) -> Option<()> {
        let mut unit = Self::pick(&mut self.clerk, &mut self.units.in_service)?;
        let spare = Self::pick(&mut self.clerk, &mut self.units.in_stock[unit.operator]);
        let said = spare.map(|mut spare| {
            let event = exchange(&unit.link, Some(&spare.link), None);
            let speech = Speech::new(&self.cast.operators[unit.operator], Role::Operator, event);
            self.clerk.say(speech, &mut [&mut unit.link, &mut spare.link]);
            unit.parts.push(spare);
        });
        self.units.in_service.push(unit);
        said
    }

    /// What was put into a unit in service goes back into stock.
    pub(super) fn part_out(&mut self) -> Option<()> {
        let with_parts = self
            .units
            .in_service
            .iter()
            .position(|unit| !unit.parts.is_empty())?;
        let unit = &mut self.units.in_service[with_parts];
        if self.units.in_stock[unit.operator].len() >= MAX_IN_STOCK {
            return None;
        }
        let mut part = unit.parts.pop()?;
        let event = exchange(&unit.link, None, Some(&part.link));
        let speech = Speech::new(&self.cast.operators[unit.operator], Role::Operator, event);
        self.clerk.say(speech, &mut [&mut unit.link, &mut part.link]);
        self.units.in_stock[unit.operator].push(part);
        Some(())
    }
}
