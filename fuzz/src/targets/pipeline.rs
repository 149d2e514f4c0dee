//! The whole way from bytes to reports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use fasscan::eval;
use fasscan::report::document::{Location, Severity};
use fasscan::report::text::{Detail, TextOptions};
use fasscan::report::{Report, json, sarif, text};
use fasscan::rule::RuleSet;
use fasscan::scan::{Request, scan};
use fasscan::source::Limits;
use fasscan::template::unit::Environment;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::TODAY;

/// A template is scanned by the built-in rules, and reported in every format.
pub fn template(data: &[u8]) {
    let path = work().join("t.yaml");
    if std::fs::write(&path, data).is_ok() {
        examine(vec![path]);
    }
}

/// The files of an assembly: a map of names to what they hold. One without a manifest is a folder of templates.
pub fn assembly(data: &[u8]) {
    let Ok(Value::Object(files)) = serde_json::from_slice(data) else { return };
    let dir = work().join("cdk.out");
    let _ = std::fs::remove_dir_all(&dir);
    for (name, content) in files.iter().take(64) {
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !plain || name.starts_with('.') || std::fs::create_dir_all(&dir).is_err() {
            continue;
        }
        let text = content.as_str().map_or_else(|| content.to_string(), str::to_owned);
        let _ = std::fs::write(dir.join(name), text);
    }
    if dir.exists() {
        examine(vec![dir]);
    }
}

/// A folder of this process; the smoke run removes it.
fn work() -> &'static Path {
    static WORK: OnceLock<PathBuf> = OnceLock::new();
    WORK.get_or_init(|| {
        let dir = crate::seeds::root().join(format!("fuzz/target/work/{}", std::process::id()));
        let _ = std::fs::create_dir_all(&dir);
        dir
    })
}

fn rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| RuleSet::builtin().0)
}

fn examine(paths: Vec<PathBuf>) {
    let request = Request {
        paths,
        snapshots: Vec::new(),
        cwd: work().to_path_buf(),
        environment: Environment { account: Some("123456789012".into()), region: Some("eu-west-1".into()) },
        deployments: Vec::new(),
        options: eval::Options { today: TODAY.into(), strict: false, ..Default::default() },
        fail_on: Some(Severity::Low),
        assessment: Default::default(),
        jobs: std::num::NonZeroUsize::new(1),
        limits: Limits::default(),
    };
    let report = scan(&request, rules());
    let mut files = BTreeMap::new();
    for finding in &report.findings {
        located(&mut files, &finding.location);
        finding.related.iter().for_each(|related| located(&mut files, &related.location));
        let excerpt = &finding.excerpt;
        assert!(excerpt.mark[0] <= excerpt.mark[1], "{excerpt:?}");
        assert!(finding.rule < report.rules.len() && finding.resource < report.resources.len());
    }
    report.gaps.iter().for_each(|gap| located(&mut files, &gap.location));
    let verdicts = &report.summary;
    assert_eq!(report.verdicts.len(), verdicts.pass + verdicts.fail + verdicts.unknown + verdicts.not_applicable);
    render(&report);
}

/// The place lies in its file, and line and column are those of the bytes.
fn located(files: &mut BTreeMap<String, String>, location: &Location) {
    let text = files
        .entry(location.file.clone())
        .or_insert_with(|| std::fs::read_to_string(work().join(&location.file)).unwrap_or_default());
    let [start, end] = location.bytes.map(|byte| byte as usize);
    assert!(text.get(start..end).is_some(), "{location:?} of {} bytes", text.len());
    let before = text.get(..start).unwrap_or_default();
    let breaks = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
    let line = location.start.line as usize;
    // A lone carriage return is a line break to some.
    assert!(line >= 1 && line <= breaks + 1 && line > before.matches('\n').count(), "{location:?}");
}

fn render(report: &Report) {
    for text in [json::render(report), sarif::render(report, &sarif::SarifOptions::default())] {
        let read: Result<IgnoredAny, _> = serde_json::from_str(&text);
        assert!(read.is_ok() && text.starts_with('{'), "a report that is no JSON");
    }
    for (detail, width) in [(Detail::Normal, Some(60)), (Detail::Verbose, None), (Detail::Quiet, None)] {
        let shown = text::render(report, &TextOptions { color: false, width, detail });
        let control = shown.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t');
        assert!(control.is_none(), "{control:?} reaches the terminal");
    }
}
