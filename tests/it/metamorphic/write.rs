//! One template, written in many ways.

use serde_json::{Map, Value};

use super::seeds::Random;

/// YAML: blocks and flow, quotes and plain scalars, comments, blank lines, short tags, anchors for what comes again.
pub(super) struct Yaml<'a> {
    pub(super) random: &'a mut Random,
    /// What has an anchor, with its name.
    anchors: Vec<(Value, String)>,
    out: String,
}

impl<'a> Yaml<'a> {
    pub(super) fn of(template: &Value, random: &'a mut Random) -> String {
        let mut yaml = Yaml { random, anchors: Vec::new(), out: "# a template\n---".to_owned() };
        yaml.value(template, 0, true);
        yaml.out
    }

    fn line(&mut self) {
        match self.random.below(8) {
            0 => self.out.push_str("  # a comment: with, [signs] {in} it"),
            1 => self.out.push_str("\n\n# a comment\n"),
            2 => self.out.push('\n'),
            _ => {}
        }
        self.out.push('\n');
    }

    fn value(&mut self, value: &Value, indent: usize, may_flow: bool) {
        let large =
            value.as_object().is_some_and(|map| !map.is_empty()) || value.as_array().is_some_and(|a| a.len() > 1);
        if large && indent > 0 {
            if let Some((_, name)) = self.anchors.iter().find(|(known, _)| known == value) {
                self.out.push_str(&format!(" *{name}"));
                return self.line();
            }
            if self.random.below(3) == 0 {
                let name = format!("a{}", self.anchors.len());
                self.out.push_str(&format!(" &{name}"));
                self.anchors.push((value.clone(), name));
            } else if let Some((tag, argument)) = short_tag(value)
                && self.random.below(2) == 0
            {
                self.out.push_str(&format!(" !{tag}"));
                return self.untagged(argument, indent);
            }
        }
        if may_flow && large && indent > 0 && self.random.below(5) == 0 {
            self.out.push(' ');
            self.flow(value);
            return self.line();
        }
        self.untagged(value, indent);
    }

    /// A block without an anchor of its own.
    fn untagged(&mut self, value: &Value, indent: usize) {
        let pad = " ".repeat(indent);
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.line();
                let step = 1 + self.random.below(3);
                for (key, value) in map {
                    self.out.push_str(&pad);
                    self.scalar(key);
                    self.out.push(':');
                    self.value(value, indent + step, true);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                self.line();
                let step = 1 + self.random.below(3);
                for item in items {
                    self.out.push_str(&format!("{pad}-"));
                    self.value(item, indent + step, true);
                }
            }
            Value::String(text) if block_fits(text) && self.random.below(2) == 0 => {
                self.out.push_str(if text.ends_with('\n') { " |\n" } else { " |-\n" });
                for line in text.lines() {
                    self.out.push_str(&format!("{pad} {line}\n"));
                }
            }
            Value::String(text) => {
                self.out.push(' ');
                self.scalar(text);
                self.line();
            }
            other => {
                self.out.push_str(&format!(" {other}"));
                self.line();
            }
        }
    }

    fn flow(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                self.out.push_str("{ ");
                for (index, (key, value)) in map.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.scalar(key);
                    self.out.push_str(": ");
                    self.flow(value);
                }
                self.out.push_str(" }");
            }
            Value::Array(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.flow(item);
                }
                self.out.push(']');
            }
            Value::String(text) => self.scalar(text),
            other => self.out.push_str(&other.to_string()),
        }
    }

    fn scalar(&mut self, text: &str) {
        let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-/_".contains(c))
            && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&&*text.to_ascii_lowercase());
        match self.random.below(3) {
            0 | 1 if plain => self.out.push_str(text),
            0 if text.chars().all(|c| !c.is_control()) => {
                self.out.push_str(&format!("'{}'", text.replace('\'', "''")));
            }
            _ => self.out.push_str(&Value::from(text).to_string()),
        }
    }
}

fn block_fits(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    lines.contains('\n')
        && lines.lines().all(|line| !line.is_empty() && !line.starts_with(' ') && !line.contains('\r'))
        && !text.ends_with("\n\n")
        && text.chars().all(|c| c == '\n' || !c.is_control())
}

fn short_tag(value: &Value) -> Option<(&str, &Value)> {
    let map: &Map<String, Value> = value.as_object().filter(|map| map.len() == 1)?;
    let (key, argument) = map.iter().next()?;
    let tag = if key == "Ref" { "Ref" } else { key.strip_prefix("Fn::")? };
    let known = ["If", "Join", "Sub", "Select", "Split", "FindInMap", "Base64", "Cidr", "ImportValue", "Ref", "GetAtt"];
    let fits = known.contains(&tag) && (argument.is_array() || argument.is_string());
    fits.then_some((tag, argument))
}
