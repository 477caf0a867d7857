//! .NET's way to write a TimeSpan (format `c`).

use std::time::Duration;

/// `00:00:06.3981276`: ticks of 100 ns, without the fraction when there is none, days in front when there are any.
pub(crate) fn display(latency: Duration) -> String {
    let seconds = latency.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let ticks = latency.subsec_nanos() / 100;
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    let fraction = if ticks > 0 { format!(".{ticks:07}") } else { String::new() };
    format!("{days}{hours:02}:{minutes:02}:{:02}{fraction}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spans_are_written_as_dot_net_writes_them() {
        let cases = [
            (Duration::new(6, 398_127_600), "00:00:06.3981276"),
            (Duration::new(4, 199_384_599), "00:00:04.1993845"),
            (Duration::from_micros(97_345), "00:00:00.0973450"),
            (Duration::ZERO, "00:00:00"),
            (Duration::from_secs(3_725), "01:02:05"),
            (Duration::new(90_061, 100), "1.01:01:01.0000001"),
        ];
        for (latency, text) in cases {
            assert_eq!(display(latency), text);
        }
    }
}
