import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Classes made of bytes by the thousand, each run until both compilers have had it, and dropped; calls
 * that were compiled for one class and meet another. */
public class Jits {
	static int sum;

	static void mix(int n) { sum = Integer.rotateLeft(sum, 5) ^ n; }

	/** class Made { static int f(int n) { int s = constant; while (n != 0) { s = s * factor ^ n; n--; } return s; } } */
	static byte[] made(int constant, int factor) throws Exception {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		DataOutputStream out = new DataOutputStream(bytes);
		out.writeInt(0xcafebabe);
		out.writeInt(49);                        // version 49: no stack maps
		out.writeShort(10);
		out.writeByte(7); out.writeShort(2);     // 1: this class
		out.writeByte(1); out.writeUTF("Made");
		out.writeByte(7); out.writeShort(4);     // 3: its parent
		out.writeByte(1); out.writeUTF("java/lang/Object");
		out.writeByte(1); out.writeUTF("f");
		out.writeByte(1); out.writeUTF("(I)I");
		out.writeByte(1); out.writeUTF("Code");
		out.writeByte(3); out.writeInt(constant);
		out.writeByte(3); out.writeInt(factor);
		out.writeShort(0x21);
		out.writeShort(1); out.writeShort(3); out.writeShort(0); out.writeShort(0);
		out.writeShort(1);
		out.writeShort(9); out.writeShort(5); out.writeShort(6); out.writeShort(1);
		byte[] code = {
			0x12, 8, 0x3c,                   // ldc constant; istore_1
			0x1a, (byte)0x99, 0, 15,         // 3: iload_0; ifeq 19
			0x1b, 0x12, 9, 0x68, 0x1a, (byte)0x82, 0x3c,   // 7: iload_1; ldc factor; imul; iload_0; ixor; istore_1
			(byte)0x84, 0, (byte)0xff,       // 14: iinc 0 -1
			(byte)0xa7, 0, 0,                // 17: goto 3
			0x1b, (byte)0xac,                // 20: iload_1; ireturn
		};
		code[5] = 0; code[6] = 20 - 4;
		code[18] = (byte)((3 - 17) >> 8); code[19] = (byte)(3 - 17);
		out.writeShort(7); out.writeInt(12 + code.length);
		out.writeShort(2); out.writeShort(2); out.writeInt(code.length); out.write(code);
		out.writeShort(0); out.writeShort(0);
		out.writeShort(0);
		return bytes.toByteArray();
	}

	static void classes(int round, int n) throws Throwable {
		MethodHandles.Lookup lookup = MethodHandles.lookup();
		for (int k = 0; k < n; k++) {
			Class<?> c = lookup.defineHiddenClass(made(round * 1000 + k, 31 + 2 * (k % 50)), true).lookupClass();
			MethodHandle f = MethodHandles.lookup().findStatic(c, "f", MethodType.methodType(int.class, int.class));
			int s = 0;
			for (int i = 0; i < 30; i++)
				s += (int)f.invoke(100 + i % 7);
			mix(s);
		}
	}

	interface Shape { double area(); }
	record Square(double a) implements Shape { public double area() { return a * a; } }
	record Circle(double r) implements Shape { public double area() { return 3 * r * r; } }
	record Triangle(double a, double h) implements Shape { public double area() { return a * h / 2; } }

	static double total(List<Shape> shapes) {
		double t = 0;
		for (Shape s : shapes)
			t += s.area();
		return t;
	}

	/** Compiled while there is one kind of shape, then a second comes, then a third. */
	static void shapes(int n) {
		List<Shape> list = new ArrayList<>();
		for (int i = 0; i < 100; i++)
			list.add(new Square(i * 0.5));
		for (int i = 0; i < n; i++)
			mix((int)total(list));
		list.set(50, new Circle(3));
		for (int i = 0; i < n; i++)
			mix((int)total(list));
		list.set(60, new Triangle(4, 5));
		list.add(null);
		for (int i = 0; i < n / 10; i++) {
			try {
				mix((int)total(list));
			} catch (NullPointerException e) {
				mix(17);
			}
		}
	}

	static void lambdas(int round) {
		List<IntUnaryOperator> list = new ArrayList<>();
		for (int k = 0; k < 50; k++) {
			int c = k + round;
			list.add(switch (k % 4) { case 0 -> x -> x + c; case 1 -> x -> x * c; case 2 -> x -> x ^ c; default -> x -> x - c; });
		}
		int v = 1;
		for (int i = 0; i < 2000; i++)
			v = list.get(i % list.size()).applyAsInt(v);
		mix(v);
	}

	static int strings(int n) {
		StringBuilder b = new StringBuilder();
		for (int i = 0; i < n; i++)
			b.append(i % 10).append("x" + i).append(Integer.toHexString(i * 7919));
		return b.toString().hashCode() + String.format("%d %s", n, b.length()).length();
	}

	public static void main(String[] args) throws Throwable {
		int rounds = Integer.parseInt(args[0]), n = Integer.parseInt(args[1]);
		for (int round = 1; round <= rounds; round++) {
			classes(round, n);
			shapes(1000);
			lambdas(round);
			mix(strings(1000));
			System.gc();
			System.out.println(round + " " + sum);
		}
	}
}
