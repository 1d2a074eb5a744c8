# Gravity among five bodies: floats, lists, loops.
import math

def bodies():
    planets = []
    for i in range(5):
        planets.append([[i * (2 + i * 0.37), i * 1.1, i * -0.3], [0.0, 0.4 * i, -0.1 * i], 40.0 if i == 0 else 0.01 * i])
    return planets

def advance(planets, dt):
    for i, (x, v, mass) in enumerate(planets):
        for other_x, other_v, other_mass in planets[i + 1:]:
            dx, dy, dz = x[0] - other_x[0], x[1] - other_x[1], x[2] - other_x[2]
            square = dx * dx + dy * dy + dz * dz
            pull = dt / (square * math.sqrt(square))
            v[0] -= dx * other_mass * pull
            v[1] -= dy * other_mass * pull
            v[2] -= dz * other_mass * pull
            other_v[0] += dx * mass * pull
            other_v[1] += dy * mass * pull
            other_v[2] += dz * mass * pull
    for x, v, mass in planets:
        x[0] += dt * v[0]
        x[1] += dt * v[1]
        x[2] += dt * v[2]

planets = bodies()
for step in range(8000):
    advance(planets, 0.001)
print([[format(k, ".12e") for k in x] for x, v, mass in planets])
