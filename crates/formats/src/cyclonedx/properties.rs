//! Properties: those of the hardware and telecom taxonomies get their fields, the others keep their names.

use crate::{
    bom::{Certification, Component, Gs1Id, Gs1Scheme, Hardware, MacAddress, NfType, Properties, Telecom},
    json::{
        context::{Context, Refused},
        fields::{Fields, word},
        node::Node,
    },
    read::DocumentReader,
    warning::quote,
};

/// What the names of the CycloneDX taxonomy for hardware begin with.
const DEVICE: &str = "cdx:device:";

/// What the names of the ATIS taxonomy for 5G begin with.
const TELECOM: &str = "atis:telecom5g:";

/// The member `properties` of a component.
pub(super) fn of_component(context: &mut Context, fields: &mut Fields, component: &mut Component) {
    let mut hardware = Hardware::default();
    fields.each_fields(context, "properties", |context, fields| {
        let Some((name, value)) = property(context, fields) else {
            return;
        };
        if let Some(rest) = name.strip_prefix(DEVICE) {
            if let Some(value) =
                context.within("value", |context| device(context, &mut hardware, rest, value))
            {
                component.properties.add(name, value);
            }
        } else {
            other(
                context,
                name,
                value,
                &mut component.telecom,
                &mut component.properties,
            );
        }
    });
    if hardware != Hardware::default() {
        component.hardware = Some(Box::new(hardware));
    }
}

/// The member `properties` of the metadata.
pub(super) fn of_document(
    context: &mut Context,
    fields: &mut Fields,
    telecom: &mut Option<Box<Telecom>>,
    properties: &mut Properties,
) {
    fields.each_fields(context, "properties", |context, fields| {
        if let Some((name, value)) = property(context, fields) {
            other(context, name, value, telecom, properties);
        }
    });
}

/// An element of the document's own `properties`.
#[expect(clippy::unnecessary_wraps, reason = "the signature of `read::Each`")]
pub(super) fn document_property(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let context = &mut reading.context;
    if let Some(fields) = node.into_fields(context)
        && let Some((name, value)) = property(context, fields)
    {
        let bytes = name.len().saturating_add(value.len());
        other(
            context,
            name,
            value,
            &mut reading.document.telecom,
            &mut reading.document.properties,
        );
        reading.charge(bytes);
    }
    Ok(())
}

fn property(context: &mut Context, mut fields: Fields) -> Option<(String, String)> {
    let name = fields.required(context, "name")?;
    let value = fields.text(context, "value").unwrap_or_default();
    Some((name, value))
}

fn other(
    context: &mut Context,
    name: String,
    value: String,
    telecom: &mut Option<Box<Telecom>>,
    properties: &mut Properties,
) {
    let Some(rest) = name.strip_prefix(TELECOM) else {
        properties.add(name, value);
        return;
    };
    let telecom = telecom.get_or_insert_default();
    let each = || {
        value
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
    };
    match rest {
        "nfType" | "nf.name" => {
            context.within("value", |context| {
                telecom
                    .nf_types
                    .extend(each().map(|text| word::<NfType>(context, &text)));
            });
        }
        "interfaces" | "interface" => telecom.interfaces.extend(each()),
        "3gppSpecRelease" | "baselineRelease" => telecom.spec_releases.push(value),
        _ => telecom.others.add(rest.to_owned(), value),
    }
}

/// Takes a value of the `cdx:device` taxonomy; gives it back, with a warning, where it has no room or makes no sense.
fn device(context: &mut Context, hardware: &mut Hardware, name: &str, value: String) -> Option<String> {
    let single = match name {
        "quantity" => {
            return match value.trim().parse() {
                Ok(quantity) if hardware.quantity.is_none() => {
                    hardware.quantity = Some(quantity);
                    None
                }
                Ok(_) => {
                    warn_again(context, &value);
                    Some(value)
                }
                Err(_) => {
                    context.warn(quote(&value), "a whole number of pieces");
                    Some(value)
                }
            };
        }
        "function" => &mut hardware.function,
        "location" => &mut hardware.location,
        "deviceType" => &mut hardware.device_type,
        "sku" => &mut hardware.sku,
        "prodTimestamp" => &mut hardware.produced,
        "bom:ebom" => &mut hardware.engineering_bom,
        "bom:mbom" => &mut hardware.manufacturing_bom,
        "serialNumber" => {
            hardware.serial_numbers.push(value);
            return None;
        }
        "lotNumber" => {
            hardware.lot_numbers.push(value);
            return None;
        }
        "macAddress" => {
            let Some(address) = MacAddress::parse(&value) else {
                context.warn(quote(&value), "six bytes in hexadecimal");
                return Some(value);
            };
            hardware.mac_addresses.push(address);
            return None;
        }
        _ => return compound(context, hardware, name, value),
    };
    if single.is_some() {
        warn_again(context, &value);
        return Some(value);
    }
    *single = Some(value);
    None
}

fn warn_again(context: &mut Context, value: &str) {
    context.warn(format!("{} as a further value", quote(value)), "one value");
}

/// Names with parts: `gs1:SCHEME`, `certifications:COUNTRY[:AUTHORITY[:ASPECT]]`.
fn compound(context: &mut Context, hardware: &mut Hardware, name: &str, value: String) -> Option<String> {
    if let Some(scheme) = name.strip_prefix("gs1:").and_then(Gs1Scheme::parse) {
        if !scheme.admits(&value) {
            context.warn(
                quote(&value),
                "the digits of the GS1 scheme with a correct check digit",
            );
        }
        hardware.gs1_ids.push(Gs1Id { scheme, value });
        return None;
    }
    if let Some(rest) = name.strip_prefix("certifications:") {
        let mut parts = rest.splitn(3, ':').map(str::to_owned);
        let country = parts.next().unwrap_or_default();
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            context.warn(
                quote(&country),
                "an ISO 3166-1 alpha-2 code in the name of the property",
            );
        }
        hardware.certifications.push(Certification {
            country,
            authority: parts.next(),
            aspect: parts.next(),
            value,
        });
        return None;
    }
    context.warn(
        format!("the property {}", quote(name)),
        "a name of the cdx:device taxonomy",
    );
    Some(value)
}
