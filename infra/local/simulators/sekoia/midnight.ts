import { type Avatar, userById, type World } from './world.ts'

/** The vendor's inactivity policy: who was enabled again must log in before midnight of that day, or is disabled again. */
export const afterMidnight = (world: World, now: string): World => {
  if (!world.switches.midnight) return world
  const today = now.slice(0, 10)
  const late = (avatar: Avatar): boolean => {
    const user = userById(world, avatar.user)
    const again = avatar.status === 'enabled' && avatar.statusChangedAt > avatar.createdAt
    const loggedIn = user?.lastActivity != null && user.lastActivity >= avatar.statusChangedAt
    return again && !loggedIn && avatar.statusChangedAt.slice(0, 10) < today
  }
  if (!world.avatars.some(late)) return world
  return {
    ...world,
    avatars: world.avatars.map((avatar) =>
      late(avatar) ? { ...avatar, status: 'disabled', statusChangedAt: now } : avatar,
    ),
  }
}
