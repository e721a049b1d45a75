import type { Departure } from './departures.ts'
import type { Member } from './member.ts'
import { lastMention } from './mentions.ts'
import { obstacleText } from './obstacles.ts'

const who = ({ email, member, connection, account }: Departure): string =>
  `${email === '' ? member : email} (member ${member} of ${connection}${account === undefined ? ', invited' : `, account ${account}`})`

const endings: Readonly<Record<Departure['how'], string>> = {
  inactive: 'inactive',
  deleted: 'deleted',
  gone: 'gone from the directory',
}

const leftText = ({ how, since }: Departure): string =>
  `${endings[how]} at the identity provider${since === undefined ? '' : ` since ${since}`}`

const standing = (departure: Departure): string => {
  const { state, suspendedAt, removedOn } = departure
  switch (state) {
    case 'access':
      return `STILL HAS ACCESS, ${leftText(departure)}`
    case 'held':
      return `STILL HAS ACCESS, held for a decision, ${leftText(departure)}`
    case 'kept': {
      const without = suspendedAt === undefined ? 'without access' : `without access since ${suspendedAt}`
      const end = removedOn === undefined ? 'not removed by us' : `removed on ${removedOn.slice(0, 10)}`
      return `kept, ${without}, ${end}, ${leftText(departure)}`
    }
  }
}

/** For a terminal. */
export const departureText = (departure: Departure): string =>
  [
    `${departure.community}  ${who(departure)}: ${standing(departure)}`,
    ...(departure.below.length === 0 ? [] : [`  gets in below, too: ${departure.below.join(', ')}`]),
    ...departure.obstacles.map((one) => `  ${obstacleText(one)}`),
  ].join('\n')

export const unmentionedText = (member: Member): string =>
  `${member.connection}  ${member.userName} (member ${member.id}): the identity provider last spoke of them on ${lastMention(member).slice(0, 10)}`
