const { default: Sequencer } = require("@jest/test-sequencer");

/** The tests of the running stack go from looking to breaking, so their order is that of their names. */
module.exports = class Alphabetical extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
};
