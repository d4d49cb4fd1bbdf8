// Twelve independent chains s = s·a + b of four float32: as fast as WebAssembly can compute.
export function peak(n: i32, x: f32, y: f32): f32 {
  const a = f32x4.splat(x), b = f32x4.splat(y);
  let s0 = f32x4.splat(1), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
  for (let i: i32 = 0; i < n; i++) {
    s0 = f32x4.add(f32x4.mul(s0, a), b); s1 = f32x4.add(f32x4.mul(s1, a), b); s2 = f32x4.add(f32x4.mul(s2, a), b);
    s3 = f32x4.add(f32x4.mul(s3, a), b); s4 = f32x4.add(f32x4.mul(s4, a), b); s5 = f32x4.add(f32x4.mul(s5, a), b);
    s6 = f32x4.add(f32x4.mul(s6, a), b); s7 = f32x4.add(f32x4.mul(s7, a), b); s8 = f32x4.add(f32x4.mul(s8, a), b);
    s9 = f32x4.add(f32x4.mul(s9, a), b); s10 = f32x4.add(f32x4.mul(s10, a), b); s11 = f32x4.add(f32x4.mul(s11, a), b);
  }
  let s = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7)));
  s = f32x4.add(s, f32x4.add(f32x4.add(s8, s9), f32x4.add(s10, s11)));
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3);
}
