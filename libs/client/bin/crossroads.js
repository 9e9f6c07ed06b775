#!/usr/bin/env node
// This file is not in dist, because npm links a command at installation, before the build.
import '../dist/cli/main.js';
