//! libFuzzer on [`fasscan_fuzz::targets::toml_rules`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fasscan_fuzz::targets::toml_rules(data));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match fasscan_fuzz::mutate::in_place("toml_rules", data, size, max_size, seed) {
        Some(size) => size,
        None => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
});
