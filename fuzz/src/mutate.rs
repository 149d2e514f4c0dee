//! Mutation that knows trees: subtrees move between templates, values get deep, long, many and wrong.
//!
//! Everything follows from one number, so that a smoke run can be repeated.

use std::sync::{Arc, OnceLock};

use fasscan::source::{Kind, Limits, NodeId, SourceFile, Tree, json, yaml};
use serde_json::{Map, Value, json};

use crate::gadgets;
use crate::seeds::{self, Seed};

/// Random numbers (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, or 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.number() % bound as u64) as usize }
    }

    /// Whether one of `n` cases is this one.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A count that is mostly small and sometimes very large.
    pub(crate) fn count(&mut self, most: usize) -> usize {
        let scale = [3, 20, 200, 3000, 60_000];
        let index = self.below(scale.len()).min(self.below(scale.len()) + 1);
        1 + self.below(scale[index].min(most))
    }
}

/// What the seeds of a target are, as bytes and as trees.
#[derive(Debug)]
pub struct Pool {
    target: String,
    seeds: Vec<Seed>,
    trees: Vec<Value>,
}

/// How long a mutated input gets.
const LONGEST: usize = 256 << 10;

impl Pool {
    /// The seeds of a target.
    #[must_use]
    pub fn new(target: &str) -> Self {
        let seeds = seeds::of(target);
        let as_tree = |seed: &Seed| tree_of(&seed.bytes);
        let trees = if target == "toml_rules" { Vec::new() } else { seeds.iter().filter_map(as_tree).collect() };
        Self { target: target.to_owned(), seeds, trees }
    }

    /// An input that follows from the number.
    #[must_use]
    pub fn input(&self, number: u64) -> Vec<u8> {
        let mut random = Random::new(number);
        let mut bytes = if self.trees.is_empty() || random.one_in(4) {
            self.seeds.get(random.below(self.seeds.len())).map_or(Vec::new(), |seed| seed.bytes.clone())
        } else {
            let tree = random.pick(&self.trees).clone();
            self.mutated(tree, &mut random)
        };
        if random.one_in(3) || self.trees.is_empty() {
            for _ in 0..=random.below(6) {
                self.bytes(&mut bytes, &mut random);
            }
        }
        bytes.truncate(LONGEST);
        bytes
    }

    /// A few changes of a tree, written as JSON or as YAML.
    fn mutated(&self, mut tree: Value, random: &mut Random) -> Vec<u8> {
        if self.target == "template" && random.one_in(4) {
            gadgets::add(&mut tree, random);
        }
        for _ in 0..=random.below(5) {
            self.change(&mut tree, random);
        }
        let text = match random.below(4) {
            _ if matches!(&*self.target, "json" | "policy" | "assembly") => tree.to_string(),
            0 => tree.to_string(),
            1 => serde_json::to_string_pretty(&tree).unwrap_or_default(),
            _ => {
                let mut out = String::new();
                block(&tree, 0, &mut out);
                out
            }
        };
        text.into_bytes()
    }

    fn change(&self, tree: &mut Value, random: &mut Random) {
        let all = count(tree);
        let other = random.pick(&self.trees);
        let donor = nth(other, &mut random.below(count(other))).clone();
        let room = LONGEST / 8;
        let node = nth_mut(tree, &mut random.below(all));
        match random.below(12) {
            0 => *node = word(random),
            1 | 2 => *node = donor,
            3 => *node = wrapped(std::mem::take(node), random),
            4 => {
                let levels = random.count(150);
                let kind = random.below(5);
                for _ in 0..levels {
                    *node = deeper(std::mem::take(node), kind);
                }
            }
            5 => repeated(node, random, room),
            6 => {
                if let Value::Object(map) = node {
                    let key = map.keys().nth(random.below(map.len())).cloned();
                    key.and_then(|key| map.shift_remove(&key));
                }
            }
            7 => {
                if let Value::Array(items) = node
                    && !items.is_empty()
                {
                    let index = random.below(items.len());
                    items.remove(index);
                }
            }
            8 => {
                if let Value::Object(map) = node {
                    map.insert((*random.pick(WORDS)).to_owned(), donor);
                }
            }
            9 => {
                if let Value::Array(items) = node {
                    items.push(donor);
                }
            }
            10 => *node = number(random),
            _ => {
                let part = *random.pick(&["a", "${P}", "é", "10.0.0.0/8,", "*", "{{resolve:ssm:a}}", "\u{1}", "- "]);
                let times = random.count(room / part.len());
                *node = part.repeat(times).into();
            }
        }
    }

    /// A change that knows nothing of trees.
    fn bytes(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.count(200)).min(bytes.len());
        match random.below(7) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            3 => {
                let copy = bytes[at..end].repeat(random.count((LONGEST / 8) / (end - at + 1)));
                bytes.splice(at..at, copy);
            }
            4 => {
                let other = &random.pick(&self.seeds).bytes;
                let from = random.below(other.len() + 1);
                let to = (from + random.count(400)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                let token = *random.pick(if self.target == "toml_rules" { TOML } else { TOKENS });
                bytes.splice(at..at, token.bytes());
            }
        }
    }
}

/// For libFuzzer: changes `data` as a tree where it is one, half of the time. The new length.
pub fn in_place(target: &'static str, data: &mut [u8], size: usize, most: usize, seed: u32) -> Option<usize> {
    static POOL: OnceLock<Pool> = OnceLock::new();
    let pool = POOL.get_or_init(|| Pool::new(target));
    let mut random = Random::new(u64::from(seed));
    if pool.trees.is_empty() || random.one_in(2) {
        return None;
    }
    let tree = tree_of(&data[..size])?;
    let bytes = pool.mutated(tree, &mut random);
    let len = bytes.len().min(most).min(data.len());
    data[..len].copy_from_slice(&bytes[..len]);
    Some(len)
}

/// The first document of YAML, or JSON, as a value.
fn tree_of(bytes: &[u8]) -> Option<Value> {
    let file = Arc::new(SourceFile::new("seed.yaml", std::str::from_utf8(bytes).ok()?));
    let limits = Limits { nodes: 100_000, ..Limits::default() };
    let tree = match json::parse(&file, limits) {
        Ok(tree) => tree,
        Err(_) => yaml::parse(&file, limits).ok()?.trees.into_iter().next()?,
    };
    let mut budget = 20_000;
    plain(&tree, tree.root(), &mut budget)
}

fn plain(tree: &Tree, id: NodeId, budget: &mut usize) -> Option<Value> {
    *budget = budget.checked_sub(1)?;
    Some(match tree.kind(id) {
        Kind::Null => Value::Null,
        Kind::Bool(truth) => truth.into(),
        Kind::Number(text) => serde_json::from_str(tree.text(text)).unwrap_or(Value::Null),
        Kind::String(text) => tree.text(text).into(),
        Kind::List { .. } => tree.items(id).iter().map(|item| plain(tree, *item, budget)).collect::<Option<_>>()?,
        Kind::Map { .. } => {
            let mut map = Map::new();
            for member in tree.members(id) {
                map.insert(tree.key(member).to_owned(), plain(tree, member.value, budget)?);
            }
            map.into()
        }
    })
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

fn nth<'a>(value: &'a Value, left: &mut usize) -> &'a Value {
    let mut at = value;
    'down: while *left > 0 {
        *left -= 1;
        let children: Vec<&Value> = match at {
            Value::Array(items) => items.iter().collect(),
            Value::Object(map) => map.values().collect(),
            _ => return at,
        };
        for child in children {
            let size = count(child);
            if *left < size {
                at = child;
                continue 'down;
            }
            *left -= size;
        }
    }
    at
}

fn nth_mut<'a>(value: &'a mut Value, left: &mut usize) -> &'a mut Value {
    if *left == 0 || !(value.is_array() || value.is_object()) {
        return value;
    }
    *left -= 1;
    let sizes: Vec<usize> = match value {
        Value::Array(items) => items.iter().map(count).collect(),
        Value::Object(map) => map.values().map(count).collect(),
        _ => Vec::new(),
    };
    let Some(index) = sizes.iter().position(|size| {
        let here = *left < *size;
        *left -= if here { 0 } else { *size };
        here
    }) else {
        return value;
    };
    let child = match value {
        Value::Array(items) => items.get_mut(index),
        Value::Object(map) => map.values_mut().nth(index),
        _ => None,
    };
    match child {
        Some(child) => nth_mut(child, left),
        None => unreachable!("an index of its own children"),
    }
}

/// A list or map with more of what it has.
fn repeated(node: &mut Value, random: &mut Random, room: usize) {
    let times = random.count(60_000);
    match node {
        Value::Array(items) if !items.is_empty() => {
            let item = random.pick(items).clone();
            let times = times.min(room / (item.to_string().len() + 1));
            items.extend((0..times).map(|index| varied(item.clone(), index)));
        }
        Value::Object(map) if !map.is_empty() => {
            let index = random.below(map.len());
            let Some((key, item)) = map.iter().nth(index).map(|(key, item)| (key.clone(), item.clone())) else {
                return;
            };
            let times = times.min(room / (key.len() + item.to_string().len() + 8));
            map.extend((0..times).map(|index| (format!("{key}{index}"), varied(item.clone(), index))));
        }
        _ => {}
    }
}

/// The same with other numbers, so that no two are equal.
fn varied(value: Value, index: usize) -> Value {
    match value {
        Value::Number(_) => index.into(),
        Value::Array(items) => items.into_iter().map(|item| varied(item, index)).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, varied(value, index))).collect(),
        other => other,
    }
}

fn deeper(value: Value, kind: usize) -> Value {
    match kind {
        0 => json!([value]),
        1 => json!({"a": value}),
        2 => json!({"Fn::If": ["C", value, "x"]}),
        3 => json!({"Fn::Join": ["", [value, "y"]]}),
        _ => json!({"Fn::Sub": ["${a}${a}", {"a": value}]}),
    }
}

fn wrapped(value: Value, random: &mut Random) -> Value {
    let name = *random.pick(&["C", "IsProd", "Prod", "Condition0", "UseKms"]);
    match random.below(14) {
        0 => json!({"Fn::If": [name, value, {"Ref": "AWS::NoValue"}]}),
        1 => json!({"Fn::If": [name, {"Ref": "AWS::NoValue"}, value]}),
        2 => json!({"Fn::Join": [",", [value, "a"]]}),
        3 => json!({"Fn::Split": [",", value]}),
        4 => json!({"Fn::Select": [0, value]}),
        5 => json!({"Fn::Sub": ["${v}-${v}", {"v": value}]}),
        6 => json!({"Fn::Base64": value}),
        7 => json!({"Fn::ToJsonString": value}),
        8 => json!({"Fn::Length": value}),
        9 => json!({"Fn::ImportValue": value}),
        10 => json!({"Fn::Cidr": [value, 4, 8]}),
        11 => json!({"Fn::FindInMap": ["M", value, "x"]}),
        12 => json!({"Fn::Equals": [value, "a"]}),
        _ => json!({"Fn::Not": [value]}),
    }
}

fn number(random: &mut Random) -> Value {
    const NUMBERS: &[f64] = &[0.0, -0.0, 1e308, -1e-308, 0.1, 65535.0, 65536.0, 4_294_967_296.0, 1e15, -1.0];
    match random.below(4) {
        0 => (*random.pick(NUMBERS)).into(),
        1 => (random.number() as i64).into(),
        2 => "9".repeat(random.count(400)).into(),
        _ => random.below(300).into(),
    }
}

fn word(random: &mut Random) -> Value {
    let text = *random.pick(WORDS);
    match random.below(5) {
        0 => json!({"Ref": text}),
        1 => json!({"Fn::GetAtt": format!("{text}.Arn")}),
        2 => json!({"Fn::Sub": format!("${{{text}}}-x")}),
        3 => random.one_in(2).into(),
        _ => text.into(),
    }
}

/// YAML in block style, with short tags where there are any.
pub(crate) fn block(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent.min(400));
    match value {
        Value::Object(map) if !map.is_empty() => {
            if let (1, Some((key, argument))) = (map.len(), map.iter().next())
                && let Some(tag) = key.strip_prefix("Fn::").or((key == "Ref").then_some("Ref"))
                && tag.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && !argument.is_object()
            {
                out.push_str(&format!(" !{tag}"));
                return block(argument, indent, out);
            }
            out.push('\n');
            for (key, value) in map {
                out.push_str(&format!("{pad}{}:", Value::from(key.as_str())));
                block(value, indent + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                out.push_str(&format!("{pad}-"));
                block(item, indent + 1, out);
            }
        }
        other => out.push_str(&format!(" {other}\n")),
    }
}

/// Names and values that templates and rules mean something by.
const WORDS: &[&str] = &[
    "Resources",
    "Parameters",
    "Mappings",
    "Conditions",
    "Outputs",
    "Transform",
    "Metadata",
    "Rules",
    "Globals",
    "Type",
    "Properties",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Default",
    "AllowedValues",
    "NoEcho",
    "Export",
    "Name",
    "Value",
    "Ref",
    "Fn::If",
    "Fn::GetAtt",
    "Fn::Sub",
    "Fn::Join",
    "Fn::Split",
    "Fn::Select",
    "Fn::FindInMap",
    "Fn::ImportValue",
    "Fn::GetStackOutput",
    "Fn::Cidr",
    "Fn::GetAZs",
    "Fn::Base64",
    "Fn::Length",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ForEach::Loop",
    "Fn::ForEach::A",
    "Fn::Equals",
    "Fn::And",
    "Fn::Or",
    "Fn::Not",
    "AWS::NoValue",
    "AWS::Region",
    "AWS::AccountId",
    "AWS::Partition",
    "AWS::StackName",
    "AWS::StackId",
    "AWS::URLSuffix",
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
    "AWS::Include",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::RDS::DBInstance",
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Logs::LogGroup",
    "AWS::CloudTrail::Trail",
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::StackSet",
    "AWS::Serverless::Function",
    "AWS::Serverless::Api",
    "TemplateURL",
    "String",
    "Number",
    "CommaDelimitedList",
    "List<Number>",
    "AWS::SSM::Parameter::Value<String>",
    "Effect",
    "Allow",
    "Deny",
    "Action",
    "NotAction",
    "Principal",
    "NotPrincipal",
    "Resource",
    "NotResource",
    "Statement",
    "StringEquals",
    "Bool",
    "aws:SecureTransport",
    "*",
    "s3:*",
    "kms:Decrypt",
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/33",
    "-1",
    "tcp",
    "true",
    "false",
    "Bucket",
    "Policy",
    "Db",
    "C",
    "P",
    "Prod",
    "",
    " ",
    "é",
    "\u{0}",
    "arn:aws:s3:::b",
    "{{resolve:secretsmanager:x}}",
    "${",
    "${AWS::Region}",
    "${!x}",
    "SecurityGroupIngress",
    "CidrIp",
    "FromPort",
    "ToPort",
    "PolicyDocument",
    "AssumeRolePolicyDocument",
    "KmsKeyId",
    "Tags",
    "Key",
    "PublicAccessBlockConfiguration",
    "StorageEncrypted",
    "MasterUserPassword",
    "BucketName",
];

/// Pieces of JSON and YAML.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "'",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "- ",
    "? ",
    ": ",
    "!Ref ",
    "!Sub ",
    "!GetAtt ",
    "!If ",
    "!Join ",
    "!Transform ",
    "!!str ",
    "!!binary ",
    "!<x> ",
    "&a ",
    "*a",
    "<<: *a",
    "<<",
    "#",
    "|",
    ">-",
    "|2+",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "é",
    "😀",
    "\\u0000",
    "\\ud800",
    "\\x41",
    "null",
    "~",
    "yes",
    "0x1F",
    "0o17",
    "012",
    "1_000",
    ".inf",
    ".nan",
    "1e999",
    "-",
    "1.",
    ".5",
    "2001-01-01",
    "190:20:30",
    "=",
    "@",
    "`",
    "\u{0}",
];

/// Pieces of rule files.
const TOML: &[&str] = &[
    "[[assert]]\n",
    "[select]\n",
    "[[test]]\n",
    "[related.x]\n",
    "[params]\n",
    "path = \"",
    "equals = ",
    "in = [",
    "matches = \"",
    "any = [",
    "all = [",
    "not = { ",
    "exists = true\n",
    "absent = \"pass\"\n",
    "every = \"",
    "some = \"",
    "relation = { name = \"x\", exists = true }",
    "iam = { ",
    "network = { ",
    "secret = ",
    "\"",
    "\"\"\"",
    "'''",
    "=",
    "[",
    "]",
    "{",
    "}",
    "(",
    "+",
    "*",
    "{1,9999}",
    "\\",
    "|",
    ".*",
    "\n",
    "1979-05-27",
    "inf",
    "nan",
    "0x",
    "_",
    "#",
    ".",
    "é",
    "[]",
    "[*]",
    "{value}",
    "{missing}",
    "{",
    "{{",
    "param:",
    "$",
];
