/** Replaces the global setup and teardown of Jest, because run.mjs starts the stores once for all mutants. */
module.exports = async () => undefined;
