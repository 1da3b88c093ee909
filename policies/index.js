/** Entry of the pack: types are checked by `make check`, not at every preview. */
require("./lean.js");
// Large libraries come before tsx: it has a hand in the loading of all that follows, which more than doubles the time that they take.
require("@pulumi/policy");
require("zod");
require("tsx/cjs");
require("./pack");
