/** Stands for a module that nothing in the tests uses. */
module.exports = {};
