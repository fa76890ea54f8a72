"""Bills of materials against cyclonedx-python-lib and spdx-tools."""

import hashlib
import json

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.model import SpdxNoAssertion
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document


class Invalid(Exception):
    """What a validator found."""


def cyclonedx(file):
    """Validates strictly; name and version of every component and service, parts included."""
    text = file.read_text()
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    found = JsonStrictValidator(version).validate_str(text)
    if found is not None:
        raise Invalid(str(found)[:300])
    bom = Bom.from_json(json.loads(text))
    waiting = [*bom.components] + ([bom.metadata.component] if bom.metadata.component else [])
    names = [(service.name, service.version) for service in bom.services]
    while waiting:
        component = waiting.pop()
        waiting += component.components
        names.append((component.name, component.version))
    return names


def spdx(file):
    """Parses and validates in full; name and version of every package and file."""
    document = parse_file(str(file))
    found = validate_full_spdx_document(document)
    if found:
        raise Invalid("; ".join(message.validation_message for message in found)[:300])
    return [
        (package.name, None if isinstance(package.version, SpdxNoAssertion) else package.version)
        for package in document.packages
    ] + [(part.name, None) for part in document.files]


def tampered(bom):
    """What both standards forbid: a name, and the changed document."""
    members = "components" if "components" in bom else "packages"
    first = bom[members][0]
    nameless = {k: v for k, v in first.items() if k != "name"}
    yield "a component without name", dict(bom, **{members: [nameless, *bom[members][1:]]})
    yield "a component twice", dict(bom, **{members: [first, *bom[members]]})
    if members == "components":
        yield "an unknown member", dict(bom, madeUp=1)
        yield "an unknown type", dict(bom, components=[dict(first, type="made-up"), *bom[members][1:]])
    else:
        yield "no namespace", {k: v for k, v in bom.items() if k != "documentNamespace"}
        yield "a relationship to nothing", dict(bom, relationships=[
            {"spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": "SPDXRef-nothing",
             "relationshipType": "DESCRIBES"}])


def manifest(ledger, file, *more):
    """Prova records a release with this bill of materials."""
    artefact = "artefact:sha256:" + hashlib.sha256(file.name.encode()).hexdigest()
    return artefact, ledger.run("attest", "manifest", artefact, "--role", "producer", "--name", "release",
                                "--bom", file, "--key", ledger.keys / "meridian.pem", *more)


def from_prova(ledger, file):
    """Name and version of every component that prova finds, by way of the ledger."""
    artefact, done = manifest(ledger, file)
    if done.returncode != 0 or done.stderr:
        raise Invalid(done.stderr.decode())
    traced = json.loads(ledger.output("trace", artefact, "--format", "json"))
    (materials,) = traced["materials"].values()
    if materials["warnings"]:
        raise Invalid(materials["warnings"])
    return [(component["name"], component.get("version")) for component in materials["components"]]


def check(tally, ledger, fixtures, scratch):
    """Every fixture by its library and by prova, then its twins."""
    for tool, suffix, read, kinds in (
        ("cyclonedx-python-lib", ".cdx.json", cyclonedx, (Invalid,)),
        ("spdx-tools", ".spdx.json", spdx, (Invalid, SPDXParsingError)),
    ):
        tally.start(tool)
        files = sorted(fixtures.glob("*" + suffix))
        tally.equal("fixtures", len(files), 6)
        for file in files:
            theirs = tally.accepts(f"{file.name}", read, file)
            ours = tally.accepts(f"prova reads {file.name}", from_prova, ledger, file)
            tally.equal(f"{file.name}, the same components", sorted(map(str, ours or [])),
                        sorted(map(str, theirs or [0])))
            for name, twin in tampered(json.loads(file.read_text())):
                path = scratch / ("twin-" + file.name)
                path.write_text(json.dumps(twin))
                tally.refuses(f"{file.name}, {name}", kinds, read, path)
            path.write_text(json.dumps(next(tampered(json.loads(file.read_text())))[1]))
            done = manifest(ledger, path, "--sign-only")[1]
            tally.holds(f"prova says what {path.name} lacks", b'want a member "name"' in done.stderr, done.stderr)
            path.write_bytes(file.read_bytes()[:-20])
            tally.equal(f"prova refuses {file.name}, cut short", manifest(ledger, path, "--sign-only")[1].returncode, 2)
