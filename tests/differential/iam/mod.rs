//! Decisions about requests against those of iam-simulate, on random questions.

mod classes;
mod generate;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use fasscan::iam::decide::{
    Context, Doubt, Layer, Outcome, Policies, Principal, Request, Values as KeyValues, Verdict, explain,
};
use fasscan::iam::document::Reader;
use fasscan::iam::{Effect, Policy};
use fasscan::source::{Files, Limits, SourceFile, json};
use fasscan::value::{Values, View, World};
use serde_json::{Value, json};

use crate::oracle::{ROOT, install};
use classes::Table;

/// How many questions a run asks that is not told.
const USUAL: usize = 10_000;

/// How many questions have every kind of difference among them.
const MANY: usize = 100_000;

/// What one side says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Allowed,
    Explicit,
    Implicit,
    /// It is not known, for these reasons.
    Unknown(Vec<Doubt>),
    /// It was not decided at all.
    Refused(String),
}

/// What fasscan says, and what the other one is asked.
struct Asked {
    answer: Answer,
    /// Denied for sure, whether or not a statement of which it is not known denies it explicitly.
    either: bool,
    /// The question with the keys that follow from the principal, which the other one does not add.
    complete: Value,
}

fn policy(value: &Value) -> Policy {
    let file = Arc::new(SourceFile::new("policy.json", value.to_string()));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let (mut values, world) = (Values::default(), World::open());
    let root = values.push_tree(&tree, tree.root(), Files::default().add(Arc::clone(&file)));
    Reader::new(View::new(&values, &world), &tree.keys).policy(root)
}

fn list(value: &Value) -> Vec<Policy> {
    value.as_array().into_iter().flatten().map(policy).collect()
}

fn levels(value: &Value) -> Option<Vec<Vec<Policy>>> {
    Some(value.as_array()?.iter().map(list).collect())
}

fn one(value: &Value) -> Option<Vec<Policy>> {
    (!value.is_null()).then(|| vec![policy(value)])
}

fn request(question: &Value) -> Request {
    let text = |key: &str| question["request"][key].as_str().unwrap();
    let mut context = Context::new();
    for (key, value) in question["request"]["context"].as_object().unwrap() {
        let value = match value {
            Value::Array(all) => KeyValues::Many(all.iter().map(|value| value.as_str().unwrap().into()).collect()),
            value => KeyValues::One(value.as_str().unwrap().into()),
        };
        context.set(key, value);
    }
    let principal = Principal::parse(text("principal")).unwrap();
    Request::new(principal, text("action"), text("resource"), Some(text("account")), context)
}

fn ours(question: &Value) -> Asked {
    let request = request(question);
    let (identity, scps, rcps) = (list(&question["identity"]), levels(&question["scps"]), levels(&question["rcps"]));
    let layer = |name: &str| one(&question[name]);
    let (resource, boundary, session, endpoint) =
        (layer("resource"), layer("boundary"), layer("session"), layer("endpoint"));
    fn all(policies: &[Policy]) -> Vec<&Policy> {
        policies.iter().collect()
    }
    fn each(levels: &[Vec<Policy>]) -> Vec<Vec<&Policy>> {
        levels.iter().map(|level| all(level)).collect()
    }
    let policies = Policies {
        identity: all(&identity),
        boundary: boundary.as_deref().map(all),
        session: session.as_deref().map(all),
        resource: resource.as_deref().map(all),
        scps: scps.as_deref().map(each),
        rcps: rcps.as_deref().map(each),
        endpoint: endpoint.as_deref().map(all),
        management: None,
    };
    let decision = explain(&policies, &request);
    // Also what applies in a resource control policy of a service that may have none.
    let perhaps = decision.statements.iter().any(|finding| {
        let may = matches!(finding.outcome, Outcome::Undecided(_)) || matches!(finding.layer, Layer::Rcp(_));
        may && finding.effect == Some(Effect::Deny) && !matches!(finding.outcome, Outcome::Misses(_))
    });
    let mut either = false;
    let answer = match decision.verdict {
        Verdict::Allowed => Answer::Allowed,
        Verdict::Denied(denial) if denial.explicit => Answer::Explicit,
        Verdict::Denied(_) => {
            either = perhaps;
            Answer::Implicit
        }
        Verdict::Unknown(doubts) => Answer::Unknown(doubts),
    };
    let mut complete = question.clone();
    let context: serde_json::Map<String, Value> = request
        .context()
        .iter()
        .filter_map(|(key, values)| match values {
            KeyValues::One(value) => Some((key.to_owned(), json!(value))),
            KeyValues::Many(all) => Some((key.to_owned(), json!(all))),
            KeyValues::Unknown => None,
        })
        .collect();
    complete["request"]["context"] = Value::Object(context);
    Asked { answer, either, complete }
}

/// What the other one says, in two processes at a time.
fn theirs(questions: &[Value]) -> Vec<(Answer, Vec<String>)> {
    let half = questions.len().div_ceil(2).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = questions.chunks(half).map(|part| scope.spawn(|| run(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

fn run(questions: &[Value]) -> Vec<(Answer, Vec<String>)> {
    let mut process = Command::new("node")
        .arg(Path::new(ROOT).join("tests/differential/iam/simulate.mjs"))
        .current_dir(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let lines: String = questions.iter().map(|question| format!("{question}\n")).collect();
    // It reads everything before it writes.
    input.write_all(lines.as_bytes()).unwrap();
    drop(input);
    let mut output = String::new();
    process.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert!(process.wait().unwrap().success());
    let answers: Vec<_> = output.lines().map(answer).collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

fn answer(line: &str) -> (Answer, Vec<String>) {
    let answer: Value = serde_json::from_str(line).unwrap();
    if let Some(error) = answer.get("error") {
        return (Answer::Refused(error.to_string()), Vec::new());
    }
    let ignored = answer[1].as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect();
    let answer = match answer[0].as_str().unwrap() {
        "Allowed" => Answer::Allowed,
        "ExplicitlyDenied" => Answer::Explicit,
        "ImplicitlyDenied" => Answer::Implicit,
        other => Answer::Refused(other.to_owned()),
    };
    (answer, ignored)
}

/// A question on which the two differ.
pub(crate) struct Difference {
    pub(crate) question: Value,
    pub(crate) ours: Answer,
    pub(crate) theirs: Answer,
}

impl Difference {
    fn line(&self) -> Value {
        json!({"ours": format!("{:?}", self.ours), "theirs": format!("{:?}", self.theirs), "question": self.question})
    }
}

fn agree(asked: &Asked, theirs: &Answer) -> bool {
    asked.answer == *theirs || (asked.either && *theirs == Answer::Explicit)
}

/// Asks both, and tells where they differ.
fn compare(questions: &[Value], counts: &mut BTreeMap<String, usize>) -> Vec<Difference> {
    let asked: Vec<Asked> = questions.iter().map(ours).collect();
    let complete: Vec<Value> = asked.iter().map(|asked| asked.complete.clone()).collect();
    let mut differences = Vec::new();
    for (asked, (theirs, ignored)) in asked.into_iter().zip(theirs(&complete)) {
        if agree(&asked, &theirs) {
            let word = match theirs {
                Answer::Allowed => "allowed by both",
                Answer::Explicit => "explicitly denied by both",
                _ => "implicitly denied by both",
            };
            *counts.entry(word.to_owned()).or_default() += 1;
            continue;
        }
        for key in ignored {
            *counts.entry(format!("key ignored where they differ: {key}")).or_default() += 1;
        }
        differences.push(Difference { question: asked.complete, ours: asked.answer, theirs });
    }
    differences
}

fn differential(count: usize, seed: u64) {
    install();
    let mut counts = BTreeMap::from([("questions".to_owned(), count)]);
    let mut random = generate::Random(seed);
    let mut table = Table::read();
    let mut left = count;
    let mut unexplained = Vec::new();
    while left > 0 {
        let questions: Vec<Value> = (0..left.min(20_000)).map(|_| generate::question(&mut random)).collect();
        left -= questions.len();
        let differences = compare(&questions, &mut counts);
        unexplained.extend(table.explain(differences));
    }
    table.count(&mut counts);
    counts.insert("unexplained".to_owned(), unexplained.len());
    let counts: Vec<String> = counts.iter().map(|(what, count)| format!("  {what}: {count}")).collect();
    // Not through the macros, whose output the harness keeps to itself when a test passes.
    let mut terminal = std::io::stderr();
    writeln!(terminal, "iam-simulate, seed {seed}:\n{}", counts.join("\n")).unwrap();
    let lines: String = unexplained.iter().map(|found| format!("{}\n", found.line())).collect();
    std::fs::write(Path::new(ROOT).join("target/differential/iam-unexplained.jsonl"), lines).unwrap();
    let shown: Vec<String> = unexplained
        .iter()
        .take(8)
        .map(|found| format!("{:#}\n  ours:   {:?}\n  theirs: {:?}", found.question, found.ours, found.theirs))
        .collect();
    assert!(unexplained.is_empty(), "{} differences, of which:\n{}", unexplained.len(), shown.join("\n"));
    assert!(count < MANY || table.stale().is_empty(), "listed, and no difference any more: {:?}", table.stale());
}

/// `FASSCAN_IAM_QUESTIONS` and `FASSCAN_IAM_SEED` ask for more or other questions.
#[test]
fn requests_are_decided_as_iam_simulate_decides_them() {
    let setting = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let count = setting("FASSCAN_IAM_QUESTIONS").map_or(USUAL, |count| count as usize);
    differential(count, setting("FASSCAN_IAM_SEED").unwrap_or(1));
}
