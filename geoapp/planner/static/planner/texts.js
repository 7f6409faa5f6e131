// The words of the map pages, Chinese first, English complete (a test holds the two key sets equal).

const ZH = {
  "map.synthetic": "示意数据",
  "map.label": "地图：方向键平移，加减键缩放",
  "map.failed": "底图图层加载失败：{layer}",
  "map.zoomIn": "放大",
  "map.zoomOut": "缩小",
  "layer.districts": "区",
  "layer.towns": "镇街",
  "layer.communities": "村居",
  "layer.streets": "道路",
  "severity.block": "阻断",
  "severity.warn": "警告",
  "severity.info": "提示",
  "panel.summary": "{block} 阻断 · {warn} 警告 · {info} 提示",
  "panel.clear": "未发现问题",
  "panel.idle": "填写名称后，这里会立即列出检查结果；画出线位后一并检查位置。",
  "panel.waiting": "正在检查…",
  "panel.failed": "检查未完成：{reason}。您填写的内容没有丢失。",
  "panel.retry": "稍后自动重试。",
  "panel.law": "依据",
  "panel.remedy": "建议",
  "panel.subject": "涉及",
  "panel.show": "在图上查看",
  "panel.more": "另有 {count} 条同类",
  "panel.away": "草图{wind}方向 {distance}",
  "panel.review": "以下用字需要确定读音：{chars}",
  "panel.pinyin": "建议拼音",
  "panel.usePinyin": "采用",
  "panel.profile": "规则版本：{profile}",
  "wind.e": "东",
  "wind.ne": "东北",
  "wind.n": "北",
  "wind.nw": "西北",
  "wind.w": "西",
  "wind.sw": "西南",
  "wind.s": "南",
  "wind.se": "东南",
  "draw.idle": "按“画线”开始，或在下方输入坐标。",
  "draw.drawing": "画线中：{count} 个点，{length}。双击或按“完成”结束。",
  "draw.done": "已画 {count} 个点，平面长度 {length}。可拖动折点修改。",
  "draw.parts": "这条街路巷有多段线位，保持原样；重新画线会替换全部线段。",
  "draw.snapped": "已吸附：{name}",
  "coords.two": "第 {line} 行：每行应有经度、纬度两个数",
  "coords.number": "第 {line} 行：不是数字",
  "coords.swapped": "第 {line} 行：经度在前、纬度在后，似乎写反了",
  "coords.metres": "第 {line} 行：这里只接受以度为单位的经纬度，不接受平面坐标（米）",
  "coords.range": "第 {line} 行：超出范围",
  "coords.onlyOne": "至少需要两个点",
  "search.count": "{count} 条结果",
  "search.none": "没有找到，按回车查看完整搜索",
  "search.former": "旧名，今名“{now}”",
  "search.formerGone": "旧名",
  "search.open": "查看词条",
  "problem.network": "网络不通",
  "problem.busy": "请求太频繁，请稍候",
};

const EN = {
  "map.synthetic": "Illustrative data",
  "map.label": "Map: arrow keys pan, plus and minus zoom",
  "map.failed": "A base layer could not be loaded: {layer}",
  "map.zoomIn": "Zoom in",
  "map.zoomOut": "Zoom out",
  "layer.districts": "districts",
  "layer.towns": "towns",
  "layer.communities": "communities",
  "layer.streets": "streets",
  "severity.block": "Block",
  "severity.warn": "Warning",
  "severity.info": "Note",
  "panel.summary": "{block} blocking · {warn} warnings · {info} notes",
  "panel.clear": "Nothing found",
  "panel.idle": "Enter a name and the findings appear here at once; with a line drawn, its place is checked too.",
  "panel.waiting": "Checking…",
  "panel.failed": "The check did not finish: {reason}. Nothing you entered is lost.",
  "panel.retry": "It will be tried again by itself.",
  "panel.law": "Legal basis",
  "panel.remedy": "Remedy",
  "panel.subject": "Concerns",
  "panel.show": "Show on map",
  "panel.more": "{count} more of this kind",
  "panel.away": "{distance} {wind} of the sketch",
  "panel.review": "These characters need a reading decision: {chars}",
  "panel.pinyin": "Suggested pinyin",
  "panel.usePinyin": "Use it",
  "panel.profile": "Rule edition: {profile}",
  "wind.e": "east",
  "wind.ne": "north-east",
  "wind.n": "north",
  "wind.nw": "north-west",
  "wind.w": "west",
  "wind.sw": "south-west",
  "wind.s": "south",
  "wind.se": "south-east",
  "draw.idle": "Press “Draw” to begin, or type coordinates below.",
  "draw.drawing": "Drawing: {count} points, {length}. Double-click or press “Finish” to end.",
  "draw.done": "{count} points, length in the plane {length}. Drag a vertex to change it.",
  "draw.parts": "This street has several parts, kept as they are; drawing a new line replaces them all.",
  "draw.snapped": "Snapped to {name}",
  "coords.two": "Line {line}: two numbers are wanted, longitude and latitude",
  "coords.number": "Line {line}: not a number",
  "coords.swapped": "Line {line}: longitude comes first, then latitude; these look swapped",
  "coords.metres": "Line {line}: degrees only; plane coordinates in metres are not taken here",
  "coords.range": "Line {line}: out of range",
  "coords.onlyOne": "At least two points are needed",
  "search.count": "{count} results",
  "search.none": "Nothing found; press Enter for the full search",
  "search.former": "former name, now “{now}”",
  "search.formerGone": "former name",
  "search.open": "Open the entry",
  "problem.network": "no connection",
  "problem.busy": "too many requests, wait a moment",
};

export const CATALOGUES = { zh: ZH, en: EN };

/** The text for `key` in the page's language with {placeholders} filled in. An unknown key is a fault. */
export function t(key, values = {}, language = globalThis.document?.documentElement.lang || "zh-Hans") {
  const text = (language.startsWith("en") ? EN : ZH)[key];
  if (text === undefined) {
    throw new Error(`no text for ${key}`);
  }
  return text.replace(/\{(\w+)\}/gu, (_, name) => String(values[name] ?? ""));
}

/** Words for an error of the api module that a person can act on. */
export function reasonOf(error) {
  if (error?.status === 429) {
    return t("problem.busy");
  }
  return error?.status ? [error.message, error.document?.remedy].filter(Boolean).join(" ") : t("problem.network");
}
