//! A short run of every target on stable Rust: the seeds, what once went wrong, and mutations of them.
//!
//! Each target runs in a process of its own, whose memory is limited, and which writes down every input before it looks
//! at it: when it crashes, or takes too long, the input is kept.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

use cap::Cap;
use fasscan_fuzz::mutate::Pool;
use fasscan_fuzz::{TARGETS, seeds};

/// Bytes that a target may have at any time.
const MEMORY: usize = 1 << 30;
/// How much time of a processor one input may take.
const HANG: Duration = Duration::from_secs(10);
/// How long one input may take, where that cannot be read or nothing runs.
const STUCK: Duration = Duration::from_secs(120);
/// From when on an input is kept to be looked at, though it is no failure.
const SLOW: Duration = Duration::from_secs(2);
/// Failures of a target after which it is left.
const FAILURES: u32 = 5;

#[global_allocator]
static ALLOCATOR: Cap<std::alloc::System> = Cap::new(std::alloc::System, MEMORY);

/// What the command line says.
#[derive(Debug, Clone)]
struct Options {
    /// Only this target.
    target: Option<String>,
    /// How long the mutations take, all targets together.
    seconds: f64,
    seed: u64,
    /// A folder to write the seeds of the target to, instead of running it.
    export: Option<PathBuf>,
    /// Files to run the target on, instead of anything else.
    inputs: Vec<PathBuf>,
    /// Where a child writes what it works on.
    state: Option<PathBuf>,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options { target: None, seconds: 30.0, seed: 1, export: None, inputs: Vec::new(), state: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("`{word}` takes a value"));
        match &*word {
            "--target" => options.target = Some(value()?),
            "--seconds" => options.seconds = value()?.parse().map_err(|_| "`--seconds` takes a number")?,
            "--seed" => options.seed = value()?.parse().map_err(|_| "`--seed` takes a number")?,
            "--export" => options.export = Some(value()?.into()),
            "--state" => options.state = Some(value()?.into()),
            path if !path.starts_with('-') => options.inputs.push(path.into()),
            other => return Err(format!("there is no option `{other}`")),
        }
    }
    let known = |name: &String| TARGETS.iter().any(|(target, _)| target == name);
    match &options.target {
        Some(name) if !known(name) => Err(format!("there is no target `{name}`")),
        None if options.export.is_some() || !options.inputs.is_empty() => Err("`--target` is missing".to_owned()),
        _ => Ok(options),
    }
}

fn run(options: &Options) -> Result<ExitCode, String> {
    let told = |error: std::io::Error| error.to_string();
    let target = options.target.as_deref();
    if let (Some(target), Some(dir)) = (target, &options.export) {
        std::fs::create_dir_all(dir).map_err(told)?;
        for (index, seed) in seeds::of(target).into_iter().chain(seeds::regressions(target)).enumerate() {
            std::fs::write(dir.join(format!("{index:04}")), seed.bytes).map_err(told)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(target), Some(state)) = (target, &options.state) {
        child(target, options, state).map_err(told)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(target), false) = (target, options.inputs.is_empty()) {
        for path in &options.inputs {
            let bytes = std::fs::read(path).map_err(told)?;
            let started = Instant::now();
            work(target)(&bytes);
            println!("{}: {} ms", path.display(), started.elapsed().as_millis());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let targets: Vec<&str> =
        TARGETS.iter().map(|(name, _)| *name).filter(|name| target.is_none_or(|target| target == *name)).collect();
    println!("seed {}, {} s", options.seed, options.seconds);
    let (mut passed, mut failed) = (0, 0);
    for name in &targets {
        // The whole pipeline has most to lose.
        let share = if targets.len() == 1 {
            1.0
        } else if *name == "template" {
            0.5
        } else {
            0.1
        };
        match watch(name, options, options.seconds * share).map_err(told)? {
            0 => passed += 1,
            _ => failed += 1,
        }
    }
    println!("{passed} passed, {failed} failed");
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn work(target: &str) -> fn(&[u8]) {
    TARGETS.iter().find(|(name, _)| *name == target).map_or(|_: &[u8]| {}, |(_, work)| *work)
}

/// Runs a target on its seeds, and then on mutations until the time is over.
fn child(target: &str, options: &Options, state: &Path) -> std::io::Result<()> {
    let file = File::options().write(true).create(true).truncate(true).open(state)?;
    let work = work(target);
    let (mut done, mut slowest) = (0u64, Duration::ZERO);
    let mut one = |bytes: &[u8]| -> std::io::Result<()> {
        done += 1;
        file.write_all_at(bytes, 16)?;
        file.write_all_at(&(bytes.len() as u64).to_le_bytes(), 8)?;
        file.write_all_at(&done.to_le_bytes(), 0)?;
        let started = Instant::now();
        work(bytes);
        let took = started.elapsed();
        if took > SLOW {
            let path = seeds::root().join(format!("fuzz/target/slow/{target}-{:016x}", hash(bytes)));
            std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
            std::fs::write(&path, bytes)?;
            println!("{target}: {} ms for {}", took.as_millis(), path.display());
        }
        slowest = slowest.max(took);
        Ok(())
    };
    if options.seed == 0 || !state.with_extension("again").exists() {
        for seed in seeds::regressions(target).into_iter().chain(seeds::of(target)) {
            one(&seed.bytes)?;
        }
    }
    let pool = Pool::new(target);
    let started = Instant::now();
    let mut number = options.seed.wrapping_mul(1 << 32);
    while started.elapsed().as_secs_f64() < options.seconds {
        one(&pool.input(number))?;
        number = number.wrapping_add(1);
    }
    println!("{target}: {done} inputs, the slowest {} ms", slowest.as_millis());
    Ok(())
}

/// Runs the child of a target until its time is over, again after each failure. How many failures there were.
fn watch(target: &str, options: &Options, seconds: f64) -> std::io::Result<u32> {
    let base = seeds::root().join("fuzz/target");
    let (states, kept) = (base.join("state"), base.join("artifacts").join(target));
    std::fs::create_dir_all(&states)?;
    let state = states.join(target);
    let again = state.with_extension("again");
    let _ = std::fs::remove_file(&again);
    let started = Instant::now();
    let (mut failures, mut seed) = (0, options.seed);
    loop {
        let left = (seconds - started.elapsed().as_secs_f64()).max(0.0);
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--target", target, "--seed", &seed.to_string(), "--seconds", &left.to_string(), "--state"]);
        // The place of a panic says enough; `RUST_BACKTRACE=1 smoke --target NAME FILE` shows the way to it.
        let mut child = command.arg(&state).env("RUST_BACKTRACE", "0").spawn()?;
        let problem = outcome(&mut child, &state)?;
        let _ = std::fs::remove_dir_all(base.join(format!("work/{}", child.id())));
        let Some(problem) = problem else { return Ok(failures) };
        failures += 1;
        std::fs::create_dir_all(&kept)?;
        let bytes = input_of(&state)?;
        let path = kept.join(format!("{:016x}", hash(&bytes)));
        File::create(&path)?.write_all(&bytes)?;
        println!("{target}: {problem} on an input of {} bytes (seed {seed}): {}", bytes.len(), path.display());
        if failures == FAILURES || started.elapsed().as_secs_f64() >= seconds {
            return Ok(failures);
        }
        // What the seeds show is shown.
        File::create(&again)?;
        seed += 1000;
    }
}

/// Waits for the end of a child: `None` when it ended as it should.
fn outcome(child: &mut Child, state: &Path) -> std::io::Result<Option<String>> {
    let (mut last, mut since, mut used) = (0, Instant::now(), Duration::ZERO);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((!status.success()).then(|| status.to_string()));
        }
        let (done, now) = (counter(state), processor_time(child.id()).unwrap_or_default());
        if done != last {
            (last, since, used) = (done, Instant::now(), now);
        } else if now.saturating_sub(used) > HANG || since.elapsed() > STUCK {
            child.kill()?;
            child.wait()?;
            return Ok(Some(format!("more than {} s", HANG.as_secs())));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a process has used of the processors, which does not depend on what else the machine does; on Linux only.
fn processor_time(id: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // User and system time, in ticks of a hundredth of a second.
    let ticks: u64 = fields.get(11..13)?.iter().filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}

fn counter(state: &Path) -> u64 {
    let mut number = [0; 8];
    let read = File::open(state).and_then(|mut file| file.read_exact(&mut number));
    read.map_or(0, |()| u64::from_le_bytes(number))
}

fn input_of(state: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = std::fs::read(state)?;
    let len = bytes.get(8..16).and_then(|len| len.try_into().ok()).map_or(0, u64::from_le_bytes) as usize;
    bytes.drain(..16.min(bytes.len()));
    bytes.truncate(len);
    Ok(bytes)
}

/// FNV-1a: the name of an input.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
