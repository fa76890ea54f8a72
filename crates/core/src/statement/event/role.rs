//! Roles, and what each may say.
//!
//! An organisation is enrolled with roles; each event names the role in which its signer speaks.

use serde::{Deserialize, Serialize};

use super::Event;

/// What an organisation is to a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum Role {
    Designer,
    Manufacturer,
    Supplier,
    Laboratory,
    Certifier,
    Carrier,
    Distributor,
    Operator,
    Integrator,
    Maintainer,
    Producer,
    Coordinator,
    Regulator,
    Recycler,
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 15] = [
        Self::Designer,
        Self::Manufacturer,
        Self::Supplier,
        Self::Laboratory,
        Self::Certifier,
        Self::Carrier,
        Self::Distributor,
        Self::Operator,
        Self::Integrator,
        Self::Maintainer,
        Self::Producer,
        Self::Coordinator,
        Self::Regulator,
        Self::Recycler,
        Self::Auditor,
    ];

    /// The name in statements and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Designer => "designer",
            Self::Manufacturer => "manufacturer",
            Self::Supplier => "supplier",
            Self::Laboratory => "laboratory",
            Self::Certifier => "certifier",
            Self::Carrier => "carrier",
            Self::Distributor => "distributor",
            Self::Operator => "operator",
            Self::Integrator => "integrator",
            Self::Maintainer => "maintainer",
            Self::Producer => "producer",
            Self::Coordinator => "coordinator",
            Self::Regulator => "regulator",
            Self::Recycler => "recycler",
            Self::Auditor => "auditor",
        }
    }

    /// Whether an organisation in this role may hold and move units.
    #[must_use]
    fn keeps_custody(self) -> bool {
        !matches!(
            self,
            Self::Designer
                | Self::Certifier
                | Self::Producer
                | Self::Coordinator
                | Self::Regulator
                | Self::Auditor
        )
    }

    /// Whether an organisation in this role may say `event`.
    #[must_use]
    pub fn may_say(self, event: &Event) -> bool {
        match event {
            Event::Manifest(_) => matches!(self, Self::Designer | Self::Producer),
            Event::Manufacture(_) => matches!(self, Self::Manufacturer),
            Event::Assemble(_) => matches!(self, Self::Manufacturer | Self::Integrator),
            Event::Test(_) => matches!(self, Self::Laboratory | Self::Manufacturer),
            Event::Certify(_) => matches!(self, Self::Certifier),
            Event::Ship(_) | Event::Receive(_) | Event::Store(_) => self.keeps_custody(),
            Event::Install(_) => matches!(self, Self::Operator | Self::Integrator),
            Event::Update(_) | Event::Maintain(_) => matches!(self, Self::Operator | Self::Maintainer),
            Event::Notice(_) => matches!(self, Self::Producer | Self::Coordinator | Self::Regulator),
            Event::Recall(_) => matches!(self, Self::Manufacturer | Self::Producer),
            Event::Measure(_) => matches!(self, Self::Operator | Self::Auditor),
            Event::Decommission(_) => matches!(self, Self::Operator | Self::Recycler),
            Event::Correct(_) => true,
            Event::Evidence(_) => self.keeps_custody() || matches!(self, Self::Auditor),
            Event::Restrict(_) | Event::Finding(_) => matches!(self, Self::Regulator),
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no role: want one of designer, manufacturer, supplier, laboratory, certifier, carrier, distributor, operator, integrator, maintainer, producer, coordinator, regulator, recycler, auditor"
)]
pub struct ParseRoleError;

impl std::str::FromStr for Role {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, ParseRoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or(ParseRoleError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_on_the_command_line_and_in_statements() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
    }
}
