// What stands on a project that has just begun. The ids are the same everywhere: two who begin it at once add the same.

const CARDS = {
  project_garden: {
    todo: ["Hang the lanterns", "Ask the neighbours to bring chairs", "Find a recipe for elderflower lemonade"],
    doing: ["Write the invitations"],
    done: ["Pick a date"],
  },
  project_website: {
    todo: ["Choose a typeface", "Write the page about us", "Photograph the workshop"],
    doing: ["Sketch the front page"],
    done: ["Register the domain"],
  },
}

const WELCOME = {
  todo: ["Drag me to the next column", "Open me and give me to somebody", "Press space on me, then an arrow key"],
}

/** The first tasks of a project. */
export function demoTasks(projectId) {
  const columns = Object.entries(CARDS[projectId] ?? WELCOME)
  const titles = columns.flatMap(([status, titles]) => titles.map((title) => ({ status, title })))
  return titles.map((task, index) => ({ ...task, task_id: `${projectId}-demo-${index + 1}`, order: index + 1 }))
}
