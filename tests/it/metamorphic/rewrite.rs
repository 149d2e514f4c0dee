//! Changes of templates that keep, or unsettle, what they say.

use serde_json::{Map, Value, json};

use super::seeds::Random;

/// Whether a map is a function or a reference.
pub(super) fn is_function(map: &Map<String, Value>) -> bool {
    map.keys().any(|key| key == "Ref" || key == "Condition" && map.len() == 1 || key.starts_with("Fn::"))
}

/// Pointers to the values below the properties of all resources that stand in no function, containers included.
pub(super) fn places(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (id, resource) in template["Resources"].as_object().into_iter().flatten() {
        if let Some(properties) = resource.get("Properties") {
            collect(properties, &format!("/Resources/{}/Properties", escape(id)), &mut found);
        }
    }
    found
}

fn collect(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if !is_function(map) => {
            for (key, value) in map {
                let at = format!("{at}/{}", escape(key));
                found.push(at.clone());
                collect(value, &at, found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let at = format!("{at}/{index}");
                found.push(at.clone());
                collect(value, &at, found);
            }
        }
        _ => {}
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Puts a member into a section of the template.
pub(super) fn declare(template: &mut Value, section: &str, name: &str, value: Value) {
    let section = template.as_object_mut().unwrap().entry(section).or_insert_with(|| json!({}));
    section.as_object_mut().unwrap().insert(name.to_owned(), value);
}

/// The text of a scalar as CloudFormation passes it on.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Says the same in another way; `None` when this way does not fit the value. The name is that of the way.
pub(super) fn another_way(template: &mut Value, place: &str, random: &mut Random) -> Option<&'static str> {
    let value = template.pointer(place)?.clone();
    let other = json!("something-else");
    let function = value.as_object().is_some_and(is_function);
    let way = random.below(if text(&value).is_some() { 12 } else { 4 });
    if !matches!(way, 0..4) && text(&value).is_some_and(|text| text.contains("{{resolve")) {
        return None;
    }
    let known = text(&value).unwrap_or_default();
    // Another change may have declared one.
    let size = |section: &str| template[section].as_object().map_or(0, Map::len);
    let default = format!("Meta{}", size("Parameters") + size("Mappings"));
    let (name, new) = match way {
        0 => {
            declare(template, "Conditions", "MetaTrue", json!({"Fn::Equals": ["a", "a"]}));
            ("a condition that is true", json!({"Fn::If": ["MetaTrue", value, other]}))
        }
        1 => {
            declare(template, "Conditions", "MetaFalse", json!({"Fn::Not": [{"Fn::Equals": ["a", "a"]}]}));
            ("a condition that is false", json!({"Fn::If": ["MetaFalse", other, value]}))
        }
        // Resources are found by a name only where it is the same in every case.
        2 if value.is_null() || function || place.ends_with("Name") => return None,
        2 => {
            declare(template, "Parameters", "MetaOpen", json!({"Type": "String"}));
            declare(template, "Conditions", "MetaOpen", json!({"Fn::Equals": [{"Ref": "MetaOpen"}, "a"]}));
            ("two equal arms", json!({"Fn::If": ["MetaOpen", value, value]}))
        }
        3 => {
            declare(template, "Conditions", "MetaFalse", json!({"Fn::Equals": ["a", "b"]}));
            let nothing = json!({"Fn::If": ["MetaFalse", other, {"Ref": "AWS::NoValue"}]});
            match value {
                Value::Array(mut items) => {
                    items.push(nothing);
                    ("an element that is never there", items.into())
                }
                Value::Object(mut map) if !is_function(&map) => {
                    map.insert("MetaNothing".to_owned(), nothing);
                    ("a member that is never there", map.into())
                }
                _ => return None,
            }
        }
        4 | 5 => {
            declare(template, "Parameters", &default, json!({"Type": "String", "Default": known}));
            ("a parameter with this default", json!({"Ref": default}))
        }
        6 => {
            declare(template, "Mappings", &default, json!({"key": {"name": value, "other": "x"}}));
            ("a mapping", json!({"Fn::FindInMap": [default, "key", "name"]}))
        }
        7 => ("`Fn::Sub` of itself", json!({"Fn::Sub": known.replace("${", "${!")})),
        8 => {
            declare(template, "Parameters", &default, json!({"Type": "String", "Default": known}));
            ("`Fn::Sub` of a parameter", json!({"Fn::Sub": format!("${{{default}}}")}))
        }
        9 => {
            let cut = known.char_indices().nth(random.below(known.chars().count())).map_or(0, |(at, _)| at);
            ("`Fn::Join` of its pieces", json!({"Fn::Join": ["", [known[..cut], known[cut..]]]}))
        }
        10 => ("`Fn::Select`", json!({"Fn::Select": [1, ["x", value, "y"]]})),
        _ if known.contains('|') => return None,
        _ => ("`Fn::Split`", json!({"Fn::Select": ["0", {"Fn::Split": ["|", format!("{known}|x")]}]})),
    };
    *template.pointer_mut(place)? = new;
    Some(name)
}

/// Replaces a value by one that nobody knows, of a kind that may stand there. The name is that of the unknown, and whether
/// only deployment knows it. `None` for what may be no value at all: an unknown one always is.
pub(super) fn unsettle(template: &mut Value, place: &str, random: &mut Random) -> Option<(&'static str, bool)> {
    let known = template.pointer(place)?.clone();
    if known.is_null()
        || known.as_object().is_some_and(is_function)
        || known == json!([])
        || text(&known).is_some_and(|text| text.contains("{{resolve"))
    {
        return None;
    }
    declare(template, "Parameters", "MetaUnknown", json!({"Type": "String"}));
    let (name, runtime, new) = match random.below(if known.is_object() { 6 } else { 8 }) {
        0 => ("a parameter without a default", false, json!({"Ref": "MetaUnknown"})),
        1 => ("an import", false, json!({"Fn::ImportValue": "meta-export"})),
        2 => ("a dynamic reference", true, json!("{{resolve:ssm:/meta}}")),
        3 => {
            declare(template, "Resources", "MetaThing", json!({"Type": "Custom::MetaThing"}));
            ("a runtime attribute", true, json!({"Fn::GetAtt": ["MetaThing", "Value"]}))
        }
        4 => {
            let parameter = json!({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/meta"});
            declare(template, "Parameters", "MetaSsm", parameter);
            ("a parameter of the parameter store", true, json!({"Ref": "MetaSsm"}))
        }
        5 => ("a macro", false, json!({"Fn::Transform": {"Name": "MetaMacro", "Parameters": {}}})),
        _ if known.is_array() => {
            ("a list that nobody knows", false, json!({"Fn::Split": [",", {"Fn::ImportValue": "meta-list"}]}))
        }
        6 => ("a text that nobody knows in part", false, json!({"Fn::Sub": "${MetaUnknown}${AWS::StackId}"})),
        _ => {
            let list = json!({"Fn::Split": [",", {"Ref": "MetaUnknown"}]});
            ("an element of a list that nobody knows", false, json!({"Fn::Select": [0, list]}))
        }
    };
    *template.pointer_mut(place)? = new;
    Some((name, runtime))
}

/// The same template with its members in another order. Lists keep theirs.
pub(super) fn shuffled(value: &Value, random: &mut Random) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(String, Value)> =
                map.iter().map(|(key, value)| (key.clone(), shuffled(value, random))).collect();
            for index in (1..members.len()).rev() {
                members.swap(index, random.below(index + 1));
            }
            members.into_iter().collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| shuffled(item, random)).collect(),
        other => other.clone(),
    }
}

/// What a value refers to: names of resources, parameters, conditions and mappings, each given to `rename`, which may
/// replace the reference as a whole.
pub(super) fn rewrite(value: &mut Value, rename: &mut dyn FnMut(Reference<'_>) -> Option<Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, rename)),
        Value::Object(map) => {
            if let Some(name) = map.get("Ref").and_then(Value::as_str) {
                if let Some(new) = rename(Reference::Ref(name)) {
                    *value = new;
                }
                return;
            }
            if let Some(argument) = map.get("Fn::GetAtt") {
                let parts: Vec<String> = match argument {
                    Value::String(text) => text.splitn(2, '.').map(str::to_owned).collect(),
                    other => other.as_array().into_iter().flatten().filter_map(text).collect(),
                };
                if let [resource, attribute] = parts.as_slice()
                    && let Some(new) = rename(Reference::Attribute(resource, attribute))
                {
                    *value = new;
                }
                return;
            }
            for (key, value) in map.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("Fn::Sub", Value::String(text)) => *text = rewrite_sub(text, &Map::new(), rename),
                    ("Fn::Sub", Value::Array(items)) => {
                        let own = items.get(1).and_then(Value::as_object).cloned().unwrap_or_default();
                        if let Some(Value::String(text)) = items.first_mut() {
                            *text = rewrite_sub(text, &own, rename);
                        }
                        items.iter_mut().skip(1).for_each(|item| rewrite(item, rename));
                    }
                    _ => rewrite(value, rename),
                }
            }
        }
        _ => {}
    }
}

/// A reference of a template.
pub(super) enum Reference<'a> {
    Ref(&'a str),
    Attribute(&'a str, &'a str),
}

fn rewrite_sub(text: &str, own: &Map<String, Value>, rename: &mut dyn FnMut(Reference<'_>) -> Option<Value>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 2..start + length];
        out.push_str(&rest[..start]);
        let reference = name.split_once('.').map_or(Reference::Ref(name), |(a, b)| Reference::Attribute(a, b));
        let new = if name.starts_with('!') || own.contains_key(name) { None } else { rename(reference) };
        let new = new.map(|new| match (new["Ref"].as_str(), new["Fn::GetAtt"].as_array()) {
            (Some(name), _) => name.to_owned(),
            (None, parts) => parts.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("."),
        });
        out.push_str(&format!("${{{}}}", new.as_deref().unwrap_or(name)));
        rest = &rest[start + length + 1..];
    }
    out + rest
}
