import fc from "fast-check";

// Thousands of mutants run each property again; most that a property notices, it notices within a few stories.
fc.configureGlobal({ numRuns: 5 });
