#!/usr/bin/env node
// Here, and not in dist: npm links a command when it installs, which is before anything has been compiled.
import '../dist/cli/main.js';
