const { default: Sequencer } = require("@jest/test-sequencer");

/** Some tests of the running stack need what others leave, so their order is that of their names. */
module.exports = class Alphabetical extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
};
