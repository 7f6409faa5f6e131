// Reads {words, streets: [{numbers, points, held, own}]} from the file given, writes what the phone would suggest at each point.
import { readFileSync } from "node:fs";
import { suggest } from "../../geoapp/planner/static/planner/collect/suggest.js";

const { words, streets } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const answers = streets.map(({ numbers, points, held = [], own = [] }) =>
  points.map((point) => suggest({ numbers }, words, held, own, point)),
);
process.stdout.write(JSON.stringify(answers));
