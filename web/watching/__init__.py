"""What machines that watch are told: counters of this process, gauges of the whole installation."""
