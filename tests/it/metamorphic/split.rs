//! One stack as two: some resources move to a nested stack, and what refers across goes through parameters and outputs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::rewrite::{Reference, rewrite};
use super::seeds::Random;

/// The parent and the child; `None` where the template cannot be taken apart.
pub(super) fn split(template: &Value, random: &mut Random) -> Option<(Value, Value)> {
    let map = template.as_object()?;
    let known = ["Parameters", "Mappings", "Conditions", "Resources"];
    let text = template.to_string();
    // The name of a nested stack is another one, and what a macro makes of it nobody knows.
    let own = ["AWS::StackName", "AWS::StackId", "Fn::Transform", "Transform", "DependsOn", "Fn::ForEach"];
    if own.iter().any(|word| text.contains(word)) || !map.keys().all(|key| known.contains(&key.as_str())) {
        return None;
    }
    let resources = map.get("Resources")?.as_object()?;
    let ids: Vec<&String> = resources.keys().collect();
    if ids.is_empty() || resources.values().any(|resource| resource["Type"] == "AWS::CloudFormation::Stack") {
        return None;
    }
    let needs: BTreeMap<&str, BTreeSet<String>> =
        resources.iter().map(|(id, resource)| (id.as_str(), referred(resource, resources))).collect();
    let mut moved: BTreeSet<String> = BTreeSet::from([(*random.pick(&ids)).clone()]);
    // Either all that the child refers to comes with it, or all that refers to it: not both ways across.
    let down = random.below(2) == 0;
    loop {
        let before = moved.len();
        for (id, needed) in &needs {
            if down && moved.contains(*id) {
                moved.extend(needed.iter().cloned());
            } else if !down && needed.iter().any(|needed| moved.contains(needed)) {
                moved.insert((*id).to_owned());
            }
        }
        if moved.len() == before {
            break;
        }
    }
    Some(apart(map, resources, &moved))
}

/// The resources that a value refers to.
fn referred(value: &Value, resources: &Map<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    rewrite(&mut value.clone(), &mut |reference| {
        let (Reference::Ref(name) | Reference::Attribute(name, _)) = reference;
        if resources.contains_key(name) {
            found.insert(name.to_owned());
        }
        None
    });
    found
}

fn apart(map: &Map<String, Value>, resources: &Map<String, Value>, moved: &BTreeSet<String>) -> (Value, Value) {
    let (mut parent, mut child) = (map.clone(), map.clone());
    let (mut stays, mut goes) = (Map::new(), Map::new());
    // What the child is given, and what it gives back.
    let (mut given, mut outputs) = (Map::new(), Map::new());
    for name in map.get("Parameters").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        given.insert(name.clone(), json!({"Ref": name}));
    }
    let mut declared = map.get("Parameters").and_then(Value::as_object).cloned().unwrap_or_default();
    for (id, resource) in resources {
        let mut resource = resource.clone();
        let child = moved.contains(id);
        rewrite(&mut resource, &mut |reference| {
            let (name, attribute, whole) = match reference {
                Reference::Ref(name) => (name, "Ref", json!({"Ref": name})),
                Reference::Attribute(name, attribute) => (name, attribute, json!({"Fn::GetAtt": [name, attribute]})),
            };
            if !resources.contains_key(name) || moved.contains(name) == child {
                return None;
            }
            let key = format!("Meta{name}{}", attribute.replace('.', ""));
            if child {
                declared.insert(key.clone(), json!({"Type": "String"}));
                given.insert(key.clone(), whole);
                Some(json!({"Ref": key}))
            } else {
                outputs.insert(key.clone(), json!({"Value": whole}));
                Some(json!({"Fn::GetAtt": ["MetaChild", format!("Outputs.{key}")]}))
            }
        });
        if child { &mut goes } else { &mut stays }.insert(id.clone(), resource);
    }
    let properties = json!({"TemplateURL": "child.json", "Parameters": given});
    stays.insert("MetaChild".to_owned(), json!({"Type": "AWS::CloudFormation::Stack", "Properties": properties}));
    parent.insert("Resources".to_owned(), stays.into());
    child.insert("Resources".to_owned(), goes.into());
    child.insert("Parameters".to_owned(), declared.into());
    child.insert("Outputs".to_owned(), outputs.into());
    (parent.into(), child.into())
}
