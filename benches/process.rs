//! What whole runs of the program cost, as the operating system counts it: processor time of user and system together,
//! and the most memory at a time. Needs `python3`, which is where `wait4` can be called without unsafe code.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark is no library")]

mod support;

use std::process::Command;
use std::{env, fs};

use support::{root, synthetic, systems, templates};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fasscan");

/// Runs a command often: median processor time in milliseconds, and the most memory in MiB.
const MEASURE: &str = r"
import os, statistics, sys
times, peak = [], 0
null = [(os.POSIX_SPAWN_OPEN, fd, '/dev/null', os.O_WRONLY, 0) for fd in (1, 2)]
for _ in range(int(sys.argv[1])):
    pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=null)
    _, status, usage = os.wait4(pid, 0)
    # Copies lack the templates that are nested in them: 2, incomplete, is fine.
    if os.waitstatus_to_exitcode(status) not in (0, 1, 2): sys.exit('it failed')
    times.append(1000 * (usage.ru_utime + usage.ru_stime))
    peak = max(peak, usage.ru_maxrss / 1024)
print(f'{statistics.median(times):8.2f} {min(times):8.2f} {peak:7.1f}')
";

fn main() {
    let test = env::args().any(|argument| argument == "--test");
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    for count in [500, 10_000] {
        fs::write(path(&format!("{count}.json")), synthetic(count)).unwrap();
    }
    for count in [100, 400] {
        copies(&path(&format!("copies{count}")), count);
    }
    let sarif = format!("sarif={}", path("report.sarif"));
    let small = root().join("fixtures/traps/c15_nopolicy.yaml").to_string_lossy().into_owned();
    let systems = systems().to_string_lossy().into_owned();
    println!("{:38}   median      min  peak MiB   (ms of processor time)", "");
    for (name, times, arguments) in [
        ("true, for comparison", 101, vec![]),
        ("--version", 101, vec!["--version"]),
        ("a small file", 101, vec!["check", &small]),
        ("500 resources, SARIF", 51, vec!["check", &path("500.json"), "-o", &sarif]),
        ("500 resources, text", 51, vec!["check", &path("500.json")]),
        ("10,000 resources, one thread", 5, vec!["check", &path("10000.json"), "--jobs", "1", "-o", &sarif]),
        ("five systems, SARIF", 51, vec!["check", &systems, "-o", &sarif]),
        ("five systems, SARIF, one thread", 51, vec!["check", &systems, "-o", &sarif, "--jobs", "1"]),
        ("100 templates, SARIF", 11, vec!["check", &path("copies100"), "-o", &sarif]),
        ("400 templates, SARIF", 11, vec!["check", &path("copies400"), "-o", &sarif]),
        ("400 templates, SARIF, one thread", 11, vec!["check", &path("copies400"), "-o", &sarif, "--jobs", "1"]),
    ] {
        let times = if test { "1".to_owned() } else { times.to_string() };
        let program = if arguments.is_empty() { "/bin/true" } else { PROGRAM };
        let run = Command::new("python3").args(["-c", MEASURE, &times, program]).args(arguments).output();
        match run {
            Ok(output) if output.status.success() => {
                print!("{name:38} {}", String::from_utf8_lossy(&output.stdout));
            }
            Ok(output) => println!("{name:38} {}", String::from_utf8_lossy(&output.stderr).trim()),
            Err(error) => return println!("no python3: {error}"),
        }
    }
}

/// Copies of the systems' templates, each as a file of its own.
fn copies(dir: &str, count: usize) {
    fs::create_dir(dir).unwrap();
    let templates: Vec<String> = templates().iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for (index, text) in templates.iter().cycle().take(count).enumerate() {
        fs::write(format!("{dir}/t{index:04}.template.json"), text).unwrap();
    }
}
