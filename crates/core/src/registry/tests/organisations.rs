//! Organisations: their names and their parents.

use super::*;

#[test]
fn no_two_enrolled_organisations_have_one_name() {
    let mut scene = Scene::new();
    let roots = ["root-a", "root-b"];
    let named = |name: &str| match enrol("x", "spare-1") {
        Action::Enrol(enrol) => Action::Enrol(Enrol {
            name: name.to_owned(),
            ..enrol
        }),
        _ => unreachable!("it enrols"),
    };
    let renamed = |organisation: &str, name: &str| {
        Action::Change(Change {
            organisation: org(organisation),
            name: Some(name.to_owned()),
            jurisdiction: None,
            parent: None,
            roles: None,
        })
    };
    let taken = |name: &str| {
        Err(registry(RegistryError::NameTaken {
            name: name.to_owned(),
            of: org("nordlys"),
        }))
    };
    for name in ["nordlys (invented)", "NORDLYS INVENTED", "Nord-lys, invented."] {
        assert_eq!(scene.act(named(name), &roots), taken(name));
        assert_eq!(scene.act(renamed("lab", name), &roots), taken(name));
    }
    let none = Err(registry(RegistryError::NoName(org("x"))));
    assert_eq!(scene.act(named(" -. "), &roots), none);
    scene.act(named("Nordlÿs (invented)"), &roots).unwrap();
    // Its own name it may write otherwise, and one that was given up is free.
    scene.act(renamed("nordlys", "Nordlys Invented"), &roots).unwrap();
    scene.act(renamed("nordlys", "Aurora"), &roots).unwrap();
    scene.act(renamed("lab", "Nordlys Invented"), &roots).unwrap();
}

#[test]
fn parents_form_no_circle() {
    let mut scene = Scene::new();
    let change = |of: &str, parent: &str| {
        Action::Change(Change {
            organisation: org(of),
            name: None,
            jurisdiction: None,
            parent: Some(org(parent)),
            roles: None,
        })
    };
    scene
        .act(change("lab", "nordlys"), &["root-a", "root-b"])
        .unwrap();
    scene
        .act(change("nordlys", "meridian"), &["root-a", "root-b"])
        .unwrap();
    let circle = registry(RegistryError::ParentCircle(org("meridian")));
    assert_eq!(
        scene.act(change("meridian", "lab"), &["root-a", "root-b"]),
        Err(circle)
    );
    scene
        .act(change("nordlys", "nordlys"), &["root-a", "root-b"])
        .unwrap();
    assert_eq!(
        scene.registry.as_ref().unwrap().participants()[&org("nordlys")].parent,
        None
    );
}
