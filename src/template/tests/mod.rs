//! The resolver on the fixtures: what a template says is what the values say.

mod broken;
mod cases;
mod generated;
mod includes;
mod loops;
mod macros;
mod serverless;
mod stack_set;
mod suppressions;
mod systems;
mod traps;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::load::{Loaded, LoadedUnit, load, load_stdin};
use super::unit::Environment;
use crate::inventory::{Inventory, StackId};
use crate::source::discover::Input;
use crate::source::{Diagnostic, Level, Limits, Loader};
use crate::value::{Assignment, Kind, ResourceId, Trigger, ValueId, VariableId, View, World};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn loader() -> Loader {
    Loader::new(fixtures(), Limits::default())
}

fn environment() -> Environment {
    Environment { account: Some("123456789012".into()), region: Some("us-east-1".into()) }
}

/// Loads a file, or the assembly of a directory, below `fixtures`.
fn loaded(name: &str) -> Loaded {
    let path = fixtures().join(name);
    let input = if path.is_dir() { Input::Assembly { dir: path } } else { Input::Template { path } };
    load(&input, &loader(), &environment())
}

fn told(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(ToString::to_string).collect()
}

/// One input, loaded and resolved.
struct Resolved {
    unit: LoadedUnit,
    inventory: Inventory,
    /// Everything that was said, in order.
    said: Vec<String>,
}

fn resolved_of(loaded: Loaded) -> Resolved {
    let mut said = told(&loaded.diagnostics);
    let unit = loaded.units.into_iter().next().unwrap_or_else(|| panic!("no unit: {said:?}"));
    let (inventory, diagnostics) = unit.resolve();
    said.extend(told(&diagnostics));
    Resolved { unit, inventory, said }
}

fn resolved(name: &str) -> Resolved {
    resolved_of(loaded(name))
}

/// Loads and resolves `t.yaml` of a directory with these files.
fn directory(files: &[(&str, &str)]) -> Resolved {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let loader = Loader::new(dir.path(), Limits::default());
    resolved_of(load(&Input::Template { path: dir.path().join("t.yaml") }, &loader, &environment()))
}

/// Resolves a template that is a text, as stack `demo`.
fn text(template: &str) -> Resolved {
    let mut loaded = load_stdin(template.as_bytes(), &loader(), &environment());
    for unit in &mut loaded.units {
        unit.unit.roots[0].name = "demo".into();
    }
    resolved_of(loaded)
}

/// The world in which every variable has its default, or the case that is named for it.
fn world(inventory: &Inventory, chosen: &[(&str, &str)]) -> World {
    let mut world = World::open();
    for (index, variable) in inventory.values.variables.iter().enumerate() {
        let named = chosen.iter().find(|(name, _)| *name == variable.name.as_ref());
        let case = match named {
            Some((_, text)) => {
                variable.domain.iter().position(|case| case.as_deref() == Some(*text)).map(|at| at as u16)
            }
            None => variable.default,
        };
        if let Some(case) = case {
            let variable = VariableId(index as u32);
            world = world.with(Assignment { variable, case, trigger: Trigger::Condition });
        }
    }
    world
}

/// A value as JSON under a world: references that the template does not decide as `<Resource.Attribute>`, unknowns as
/// `?cause`.
fn shown(inventory: &Inventory, view: &View<'_>, id: ValueId) -> Value {
    let values = &inventory.values;
    match view.deep(id) {
        (_, Kind::Absent) => Value::Null,
        (_, Kind::Bool(truth)) => truth.into(),
        (_, Kind::Number(text)) => serde_json::from_str(values.str(text)).expect("a number"),
        (_, Kind::Text(text)) => values.str(text).into(),
        (_, Kind::List(range)) => values
            .items(range)
            .iter()
            .map(|item| shown(inventory, view, *item))
            .filter(|item| !item.is_null())
            .collect(),
        (_, Kind::Map(range)) => {
            let mut map = serde_json::Map::new();
            for entry in values.entries(range) {
                let value = shown(inventory, view, entry.value);
                if !value.is_null() {
                    map.insert(inventory.names.text(entry.key).to_owned(), value);
                }
            }
            Value::Object(map)
        }
        (_, Kind::Concat(range)) => {
            let parts = values.items(range).iter().map(|part| match shown(inventory, view, *part) {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            });
            parts.collect::<String>().into()
        }
        (_, Kind::Reference { resource, attribute }) => {
            let name = &inventory.resource(resource).logical_id;
            format!("<{name}.{}>", inventory.names.text(attribute)).into()
        }
        (id, Kind::Base64(inner)) => match view.text(id) {
            crate::value::Read::Known(text) => text.into(),
            _ => json!({ "base64 of": shown(inventory, view, inner) }),
        },
        (_, Kind::Unknown(cause)) => format!("?{}", values.cause(cause).id()).into(),
        (_, kind) => panic!("{kind:?} is no head"),
    }
}

impl Resolved {
    /// Every resource with its properties in the world of the defaults, by stack and logical id.
    fn everything(&self) -> Vec<String> {
        let world = world(&self.inventory, &[]);
        let view = View::new(&self.inventory.values, &world);
        let all = self.inventory.resources().map(|(id, resource)| {
            let stack = &self.inventory.stack(id).name;
            format!("{stack}.{} {}", resource.logical_id, shown(&self.inventory, &view, resource.properties))
        });
        all.collect()
    }

    /// What was not looked at, with its cause.
    fn gaps(&self) -> Vec<String> {
        self.inventory.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.cause.id())).collect()
    }

    /// `file:line` of a resource, and of its first property.
    fn lines(&self, logical_id: &str) -> String {
        let is = |one: &&crate::inventory::Resource| *one.logical_id == *logical_id;
        let resource = self.inventory.resources().map(|(_, resource)| resource).find(is).unwrap();
        let line = |place: crate::value::Place| {
            let file = self.inventory.files.get(place.file);
            format!("{}:{}", file.path(), file.position(place.span.start).line)
        };
        let Kind::Map(range) = self.inventory.values.kind(resource.properties) else { return line(resource.place) };
        let first = self.inventory.values.entries(range)[0].value;
        format!("{} {}", line(resource.place), line(self.inventory.values.place(first)))
    }

    /// The outputs of the first stack under a world.
    fn outputs(&self, chosen: &[(&str, &str)]) -> Value {
        let world = world(&self.inventory, chosen);
        let view = View::new(&self.inventory.values, &world);
        let outputs = &self.inventory.stacks[0].outputs;
        let shown = outputs.iter().map(|output| (output.name.to_string(), shown(&self.inventory, &view, output.value)));
        Value::Object(shown.filter(|(_, value)| !value.is_null()).collect())
    }

    fn find(&self, stack: &str, logical_id: &str) -> ResourceId {
        let is = |id: ResourceId| {
            *self.inventory.stack(id).name == *stack && *self.inventory.resource(id).logical_id == *logical_id
        };
        let mut ids = self.inventory.resources().map(|(id, _)| id);
        ids.find(|id| is(*id)).unwrap_or_else(|| panic!("no `{logical_id}` in `{stack}`"))
    }

    /// The properties of a resource of the first stack, `null` where the resource does not exist in that world.
    fn properties(&self, logical_id: &str, chosen: &[(&str, &str)]) -> Value {
        let stack = self.inventory.stacks[0].name.clone();
        self.properties_in(&stack, logical_id, chosen)
    }

    fn properties_in(&self, stack: &str, logical_id: &str, chosen: &[(&str, &str)]) -> Value {
        let id = self.find(stack, logical_id);
        let world = world(&self.inventory, chosen);
        let view = View::new(&self.inventory.values, &world);
        match self.inventory.exists(&view, id) {
            Some(false) => Value::Null,
            _ => match shown(&self.inventory, &view, self.inventory.resource(id).properties) {
                Value::Null => json!({}),
                properties => properties,
            },
        }
    }
}

#[test]
fn every_template_of_an_assembly_is_parsed_once_and_its_stacks_are_roots() {
    let loaded = loaded("systems/global-platform/cdk.out");
    assert_eq!(told(&loaded.diagnostics), [""; 0]);
    let [unit] = loaded.units.as_slice() else { panic!("{} units", loaded.units.len()) };
    assert_eq!(unit.unit.roots.len(), 10);
    let files: Vec<*const _> = unit.unit.templates.iter().map(|template| Arc::as_ptr(template.tree.file())).collect();
    assert!(files.iter().all(|file| files.iter().filter(|other| *other == file).count() == 1));
}
